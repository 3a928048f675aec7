"""The files a project knows: those its topics name in their headers.

Owns: the query over all topics. Sees: the database, projects. Governed by: BCF-API 3.0, "Files Information".
"""

import json
from contextlib import closing

from bcfsync.server.store.database import Database, JsonObject
from bcfsync.server.store.projects import Projects


class Files:
    """The header files of whole projects."""

    def __init__(self, database: Database, projects: Projects) -> None:
        self._database = database
        self._projects = projects

    def known(self, project_id: str) -> list[JsonObject]:
        """Each file once, however many topics name it, in the order they came to be named.

        Raises:
            Missing: There is no such project.
        """
        self._projects.get(project_id)
        once: dict[str, JsonObject] = {}
        with closing(self._database.moment()) as moment:  # so that writers need not wait for a large project
            for row in moment.rows(
                "SELECT file.value AS body FROM topic, json_each(topic.files) AS file WHERE project_id = ?"
                # by topic, then by place in its list
                " GROUP BY file.value ORDER BY min(topic.id * 1000000 + file.key)",
                project_id,
            ):
                file = json.loads(row["body"])
                # the same members may have been stored in another order
                once.setdefault(json.dumps(file, sort_keys=True), file)
        return [file for file in once.values() if file]
