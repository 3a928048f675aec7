"""All routes of 1.0.

Owns: the list of their tables. Sees: the tables. Governed by: BCF-API 1.0 (tag v1.0 and the text of November 2015).
"""

from bcfsync.server.routes import v10_comments, v10_projects, v10_short, v10_topics, v10_viewpoints

TABLES = (
    v10_projects.ROUTES,
    v10_topics.ROUTES,
    v10_comments.ROUTES,
    v10_viewpoints.ROUTES,
    v10_short.ROUTES,
)
