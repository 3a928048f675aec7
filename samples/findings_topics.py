"""Samples that raise one finding each: topics, comments and lists (F3xx).

Owns: archives as small as the finding allows. Sees: findings_container, quirk_words, quirk_zip.
"""

from collections.abc import Iterable

from findings_container import Raises, changed, plain
from quirk_words import BORN, HEAD, c, comment, comment_20, files, issue, markup, t, v
from quirk_zip import Files, dotnet


def _lists(number: str, lists: str, **more: str) -> dict[str, str | bytes]:
    found = plain(number, bcf="3.0", **more)
    return found | {"extensions.xml": f"{HEAD}<Extensions>{lists}</Extensions>"}


def _second(number: str, text: str) -> dict[str, str | bytes]:
    """A second topic, of the guid that belongs to the name ``<number> again``."""
    return {f"{t(f'{number} again')}/markup.bcf": text}


def _twins(number: str, after: str, *, bcf: str = "2.1", said: str = "") -> dict[str, str | bytes]:
    """Two topics that say the same behind the title."""
    other = f"{number} again"
    entries = files(number, issue("One", after), number=bcf, **({"said": said} if said else {}))
    more = {"said": said} if said else {}
    return entries | _second(number, markup(other, issue("Another", after), **more))


def _comments(number: str, *comments: str, bcf: str = "2.1") -> bytes:
    return dotnet(plain(number, rest="".join(comments), bcf=bcf))


def _duplicate_topic(number: str) -> dict[str, str | bytes]:
    return plain(number) | {f"{v(number)}/markup.bcf": markup(number, issue("Another topic, the same guid"))}


def _reply(number: str) -> bytes:
    said = comment_20(number, "I disagree")
    link = f'<ReplyToComment Guid="{v(number)}"/>'
    return dotnet(plain(number, rest=said.removesuffix("</Comment>") + link + "</Comment>", bcf="2.0"))


def _related(number: str, to: str) -> bytes:
    return dotnet(plain(number, f'<RelatedTopic Guid="{to}"/>'))


def _upper(entries: Files, name: str) -> bytes:
    capital = name.upper()
    return dotnet({entry.replace(name, capital): str(data).replace(name, capital) for entry, data in entries.items()})


def _shared_comment(number: str) -> bytes:
    said = comment(number, "Said in two topics")
    other = markup(f"{number} again", issue("Another"), said)
    return dotnet(plain(number, rest=said) | _second(number, other))


def _document(number: str, listed: str) -> dict[str, str | bytes]:
    named = f'<DocumentReference Guid="{c(number)}"><DocumentGuid>{v(number)}</DocumentGuid></DocumentReference>'
    inner = f"<DocumentReferences>{named}</DocumentReferences>"
    found = plain(number, inner, bcf="3.0")
    if listed:
        found |= {"documents.xml": f"{HEAD}<DocumentInfo><Documents>{listed}</Documents></DocumentInfo>"}
    return found | ({f"documents/{v(number)}": "paper"} if listed else {})


def _listed(number: str, name: str) -> str:
    return f'<Document Guid="{v(number)}"><Filename>{name}</Filename></Document>'


_MODIFIED = "<ModifiedDate>2025-03-16T08:30:00Z</ModifiedDate><ModifiedAuthor>sofia.costa@example.com</ModifiedAuthor>"
_REPEATED = comment("F319", "Said twice, word for word")

TOPICS: Iterable[Raises] = (
    Raises(
        "F301",
        "comment-without-guid",
        _comments("F301", comment("F301", "Who am I?").replace(f' Guid="{c("F301")}"', "")),
    ),
    Raises("F302", "guid-one-digit-short", dotnet(changed("F302", t("F302"), t("F302")[:-1]))),
    Raises(
        "F303",
        "folder-of-another-name",
        dotnet({name.replace(t("F303"), v("F303")): data for name, data in plain("F303").items()}),
    ),
    Raises("F304", "two-topics-of-one-guid", dotnet(_duplicate_topic("F304"))),
    Raises("F305", "two-comments-of-one-guid", _comments("F305", comment("F305", "One"), comment("F305", "Another"))),
    Raises("F306", "no-title", dotnet(changed("F306", "<Title>Raises F306</Title>", "<Title> </Title>"))),
    Raises("F307", "impossible-date", dotnet(changed("F307", "2025-03-17", "2025-02-30"))),
    Raises("F308", "date-without-zone", dotnet(changed("F308", "08:30:00Z", "08:30:00"))),
    Raises("F309", "date-without-time", dotnet(changed("F309", "2025-03-17T08:30:00Z", "2025-03-17"))),
    Raises("F310", "index-in-words", dotnet(changed("F310", BORN, f"<Index>first</Index>{BORN}"))),
    Raises(
        "F311",
        "perhaps-external",
        dotnet(
            changed(
                "F311",
                "<Topic ",
                '<Header><File isExternal="perhaps"><Filename>a.ifc</Filename></File></Header><Topic ',
            )
        ),
    ),
    Raises("F312", "comment-on-missing-viewpoint", _comments("F312", comment("F312", "Look here", view=v("F312")))),
    Raises("F313", "reply-to-missing-comment", _reply("F313"), ".bcfzip"),
    Raises(
        "F314",
        "values-outside-the-lists",
        dotnet(_lists("F314", "<TopicTypes><TopicType>Request</TopicType></TopicTypes>")),
    ),
    Raises("F315", "related-topic-elsewhere", _related("F315", v("F315"))),
    Raises("F316", "comment-that-says-nothing", _comments("F316", comment("F316", " "))),
    Raises(
        "F317",
        "comment-of-another-topic",
        dotnet(plain("F317", rest=comment_20("F317", "Strayed").replace(t("F317"), v("F317")), bcf="2.0")),
        ".bcfzip",
    ),
    Raises("F318", "capital-guid-in-3.0", _upper(plain("F318", bcf="3.0"), t("F318"))),
    Raises("F319", "one-comment-twice", _comments("F319", _REPEATED, _REPEATED)),
    Raises("F320", "one-comment-in-two-topics", _shared_comment("F320")),
    Raises("F321", "modified-before-created", dotnet(plain("F321", _MODIFIED))),
    Raises("F322", "related-to-itself", _related("F322", t("F322"))),
    Raises(
        "F323",
        "one-index-in-two-topics",
        dotnet(
            {
                name: str(data).replace("<CreationDate>", "<Index>7</Index><CreationDate>")
                for name, data in _twins("F323", "").items()
            }
        ),
    ),
    Raises(
        "F324",
        "one-server-id-in-two-topics",
        dotnet(_twins("F324", "", bcf="3.0", said='ServerAssignedId="ISSUE-1" TopicType="Clash" TopicStatus="Open"')),
    ),
    Raises(
        "F325",
        "a-type-listed-twice",
        dotnet(_lists("F325", f"<TopicTypes>{'<TopicType>Clash</TopicType>' * 2}</TopicTypes>")),
    ),
    Raises("F326", "unlisted-document", dotnet(_document("F326", ""))),
    Raises(
        "F327",
        "two-documents-of-one-guid",
        dotnet(_document("F327", _listed("F327", "a.txt") + _listed("F327", "b.txt"))),
    ),
)
