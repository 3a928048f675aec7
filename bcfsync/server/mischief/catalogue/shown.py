"""Switches of what is shown: codes, errors, tags, members, lists.

Owns: ``REPLIES``, ``SHOWN``, ``LISTS``. Sees: the switches. Governed by: what servers of the field were seen doing.
"""

from bcfsync.server.mischief import addresses, bodies, identities, lists, replies, stamps, tags, views
from bcfsync.server.mischief.switches import Switch

REPLIES = (
    Switch("errors-200", 'answers refusals with 200 and {"error"}', "the Flask demo", replies.errors_200),
    Switch(
        "errors",
        "has another shape for errors",
        "error: OpenAEC; detail, detail-list: FastAPI servers; problem: BIM Track; drf: BIMData; code: bimrocket; html:"
        " proxies",
        replies.errors,
        "error, detail, detail-list, problem, drf, code, html or empty",
        words=1,
    ),
    Switch(
        "missing",
        "answers a GET of what is not there with 204, 200 without a body, or 400",
        "bimrocket 204; BCFserver 400",
        replies.missing,
        "204, 200 or 400",
        words=1,
    ),
    Switch("delete-idempotent", "says 200 to DELETE of what is not there", "bimrocket", identities.delete_idempotent),
    Switch("deleted-gone", "says 410, not 404, of what was deleted", "servers with a bin", identities.deleted_gone),
    Switch(
        "deleted-lingers",
        "shows what was deleted once more in the next list",
        "servers that answer lists from a cache",
        identities.deleted_lingers,
    ),
    Switch("etag-exact", "compares If-None-Match letter by letter with one tag", "OpenProject (Rack)", tags.exact_tags),
    Switch(
        "etag-gzip",
        "adds -gzip to every tag and never finds it again",
        "Apache's mod_deflate before a server",
        tags.gzip_suffix,
    ),
    Switch("etag-none", "has no ETag and no Last-Modified", "nearly all of them", tags.no_tags),
    Switch(
        "etag-weak",
        "has weak tags that are hashes of the answer's bytes",
        "OpenProject (Rack), Express",
        tags.weak_tags,
    ),
    Switch(
        "etag-wide",
        "has one tag for all there is, which moves with every write",
        "servers that stamp their database, not its rows",
        tags.wide_tags,
    ),
    Switch("if-match-ignored", "writes whatever If-Match says", "every server that was found", tags.if_match_ignored),
    Switch("create-200", "answers 200 to a POST that made something", "bimrocket", replies.create_200),
    Switch("delete-204", "answers 204 to DELETE", "BIMData, OpenProject, OpenAEC, FileEngine", replies.delete_204),
    Switch(
        "create-empty",
        "answers 201 without a body",
        "1.0 read to the letter",
        replies.create_empty,
        "location or nothing",
        words=1,
    ),
    Switch(
        "write-302", "answers writes with 302 to the GET of the thing", "the status codes of 1.0", replies.write_302
    ),
    Switch("string-booleans", 'says "false" in discovery', "Catenda", replies.string_booleans),
    Switch(
        "auth-blank", "has empty texts in discovery for what there is not", "OpenConstructionERP", replies.auth_blank
    ),
    Switch("auth-list", "puts discovery into a list", "BIMData's description", replies.auth_list),
)

SHOWN = (
    Switch("upper-guids", "shows guids in capitals, however they came", "databases of guids", addresses.upper_guids),
    Switch("dates-seconds", "shows dates without fractions", "Catenda, OpenProject", stamps.dates_seconds),
    Switch("dates-naive", "shows dates in UTC without saying so", "Python servers", stamps.dates_naive),
    Switch(
        "dates-offset",
        "shows dates in a zone, without a colon in the offset",
        "examples of the specification",
        stamps.dates_offset,
        "OFFSET (+0200)",
        words=1,
    ),
    Switch("camel-case", "spells members of answers in camel case", "BCF2GraphQL", bodies.camel_case),
    Switch(
        "rename",
        "calls members by other names, in answers and bodies",
        "bimrocket: modify_date, modify_author, replay_to_comment_guid; OpenAEC: author_id",
        bodies.rename,
        "NAME=OTHER,…",
        keys=None,
    ),
    Switch("authors-missing", "does not show who wrote topics and comments", "OpenAEC", bodies.authors_missing),
    Switch(
        "authorization-missing",
        "never shows what the user may do",
        "most servers",
        bodies.authorization_missing,
    ),
    Switch(
        "put-partial",
        "answers PUT with some of the members",
        "linear-bcf-connector",
        bodies.put_partial,
    ),
    Switch("events-named-events", "calls actions events", "BIMData; the specification's examples", replies.events_key),
    Switch("events-empty", "has routes for events and never an event", "OpenAEC", replies.events_empty),
    Switch(
        "components-inline",
        "shows components and snapshot data inside of viewpoints",
        "OpenProject in the list, bimrocket everywhere",
        views.components_inline,
        "list or all",
        words=1,
    ),
    Switch(
        "components-unwrapped",
        "shows selection, coloring and visibility bare",
        "the tag of 2.1, OpenAEC",
        views.components_unwrapped,
    ),
)

LISTS = (
    Switch(
        "endless-pages",
        "always has one more page: of items nobody made, or of the last again",
        "a hostile or broken server",
        lists.endless_pages,
        "new or same",
        words=1,
    ),
    Switch("no-links", "does not say with Link that there is more", "every server but Catenda", lists.no_links),
    Switch("literal-dollar", "ignores options whose $ comes as %24", "Catenda", lists.literal_dollar),
    Switch("orderby-camel", "sorts by $orderBy only", "bimrocket", lists.orderby_camel),
    Switch(
        "odata-ignored",
        "ignores every option of a query",
        "OpenProject, the Flask demo, opencdeserver, OpenConstructionERP, FileEngine",
        lists.odata_ignored,
    ),
    Switch(
        "filter-ignored", "ignores $filter: a question about changes finds everything", "OpenAEC", lists.filter_ignored
    ),
    Switch("paging-ignored", "ignores $top and $skip", "BIMData, bimrocket", lists.paging_ignored),
    Switch("skip-multiples", "rounds $skip down to a multiple of $top", "BCFserver", lists.skip_multiples),
    Switch(
        "page-default", "gives so many items without $top", "BCFserver: 100", lists.page_default, "N (100)", words=1
    ),
    Switch(
        "page-cap",
        "gives so many items at most, whatever $top says",
        "hosted servers",
        lists.page_cap,
        "N (100)",
        words=1,
    ),
    Switch(
        "first-only",
        "gives the first items and no way to the others",
        "linear-bcf-connector: 100 issues",
        lists.first_only,
        "N (100)",
        words=1,
    ),
    Switch(
        "newest-only",
        "gives the newest topics, ignoring every option",
        "Massing: 2000",
        lists.newest_only,
        "N (2000)",
        words=1,
    ),
    Switch("newest-first", "lists topics newest first", "OpenAEC", lists.newest_first),
)
