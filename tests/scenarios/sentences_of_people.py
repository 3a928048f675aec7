"""What there is at first, and what people do: on servers, in files, with desktop programs, in the folder."""

from dataclasses import replace

from folders import HERE
from spoken import MEMBERS, NotUnderstood, World, by, plain, quoted, sentence

from bcfsync.errors import Guarded, InvalidArchive
from bcfsync.model import Bcf, Comment, Topic
from bcfsync.plan.policy import Deletes, Place, Policy, Prefer

# -- Given -----------------------------------------------------------------------------------------------------


@sentence("Given", "<file> with the topics <titles>")
@sentence("Given", "<file> with the topic <titles>")
def _(world: World, name: str, titles: str) -> None:
    world.first.folder.put(name, *(world.new_topic("Ben", title) for title in quoted(titles)))


@sentence("Given", "an empty folder")
def _(world: World) -> None:
    assert not world.first.folder.archives


@sentence("Given", "<file> with a copy of the topic <title> from <file>")
def _(world: World, name: str, title: str, source: str) -> None:
    world.first.folder.put(name, world.topic(f"in {source}", title))


@sentence("Given", "<server> with the topics <titles>")
@sentence("Given", "<server> with the topic <titles>")
def _(world: World, name: str, titles: str) -> None:
    world.server(name)
    for title in quoted(titles):
        side = world.server(name).remote
        side.bcf = replace(side.bcf, topics=(*side.bcf.topics, world.new_topic("Anna", title)))


@sentence("Given", "server A and server B")
def _(world: World) -> None:
    world.server("server A"), world.server("server B")


@sentence("Given", "<title> has the <member> <value> <place>")
def _(world: World, title: str, member: str, value: str, place: str) -> None:
    world.change(place, title, lambda it: replace(it, **{MEMBERS[member]: plain(value)}))


@sentence("Given", "<title> has the comment <text> <place>")
def _(world: World, title: str, text: str, place: str) -> None:
    said = Comment(world.fresh(), text, world.now(), by("Ben"))
    world.change(place, title, lambda it: replace(it, comments=(*it.comments, said)))


@sentence("Given", "<title> has the labels <titles> <place>")
def _(world: World, title: str, labels: str, place: str) -> None:
    world.change(place, title, lambda it: replace(it, labels=tuple(quoted(labels))))


@sentence("Given", "deletions travel")
def _(world: World) -> None:
    world.options["policy"] = replace(world.options.get("policy", Policy()), deletes=Deletes.MIRROR)


@sentence("Given", "deletions wait for a word")
def _(world: World) -> None:
    world.options["policy"] = replace(world.options.get("policy", Policy()), deletes=Deletes.ASK)


@sentence("Given", "the <value> is preferred in conflicts")
@sentence("Given", "the <value> are preferred in conflicts")
def _(world: World, whose: str) -> None:
    prefer = {"server": Prefer.SERVER, "files": Prefer.FILES, "newest value": Prefer.NEWEST}
    if whose not in prefer:
        raise NotUnderstood(f"nobody can prefer the {whose}")
    world.options["policy"] = replace(world.options.get("policy", Policy()), prefer={"*": prefer[whose]})


@sentence("Given", "new topics with the label <text> go to <file>")
def _(world: World, label: str, name: str) -> None:
    world.options["rules"] = (*world.options.get("rules", ()), Place(HERE + name, label=label))


@sentence("Given", "everything is in step")
def _(world: World) -> None:
    world.settle()
    world.told.clear()


# -- When: people on a server or in a file ---------------------------------------------------------------------


@sentence("When", "<who> sets the <member> of <title> to <value> <place>")
def _(world: World, who: str, member: str, title: str, value: str, place: str) -> None:
    said = {MEMBERS[member]: plain(value), "modified_date": world.now(), "modified_author": by(who)}
    world.change(place, title, lambda it: replace(it, **said))


@sentence("When", "<who> comments <text> on <title> <place>")
def _(world: World, who: str, text: str, title: str, place: str) -> None:
    said = Comment(world.fresh(), text, world.now(), by(who))
    world.change(place, title, lambda it: replace(it, comments=(*it.comments, said)))


@sentence("When", "<who> rewords the comment <text> on <title> as <text> <place>")
def _(world: World, who: str, old: str, title: str, new: str, place: str) -> None:
    def reworded(it: Topic) -> Topic:
        if old not in [item.comment for item in it.comments]:
            raise NotUnderstood(f"there is no comment “{old}”")
        said = {"comment": new, "modified_date": world.now(), "modified_author": by(who)}
        return replace(it, comments=tuple(replace(c, **said) if c.comment == old else c for c in it.comments))

    world.change(place, title, reworded)


@sentence("When", "<who> deletes the comment <text> on <title> <place>")
def _(world: World, who: str, text: str, title: str, place: str) -> None:
    world.change(place, title, lambda it: replace(it, comments=tuple(c for c in it.comments if c.comment != text)))


@sentence("When", "<who> deletes the topics <titles> <place>")
@sentence("When", "<who> deletes the topic <titles> <place>")
def _(world: World, who: str, titles: str, place: str) -> None:
    for title in quoted(titles):
        gone = world.topic(place, title)
        bcf = world.side(place).bcf
        world.put(place, replace(bcf, topics=tuple(item for item in bcf.topics if item is not gone)))


@sentence("When", "<who> writes the topic <title> <place>")
def _(world: World, who: str, title: str, place: str) -> None:
    bcf = world.side(place).bcf
    world.put(place, replace(bcf, topics=(*bcf.topics, world.new_topic(who, title))))


@sentence("When", "<who> writes the topic <title> with the label <text> <place>")
def _(world: World, who: str, title: str, label: str, place: str) -> None:
    bcf = world.side(place).bcf
    world.put(place, replace(bcf, topics=(*bcf.topics, world.new_topic(who, title, labels=(label,)))))


@sentence("When", "<who> puts the label <text> on <title> <place>")
def _(world: World, who: str, label: str, title: str, place: str) -> None:
    world.change(place, title, lambda it: replace(it, labels=(*it.labels, label)))


@sentence("When", "<who> takes the label <text> off <title> <place>")
def _(world: World, who: str, label: str, title: str, place: str) -> None:
    world.change(place, title, lambda it: replace(it, labels=tuple(item for item in it.labels if item != label)))


@sentence("When", "<who> moves the topic <title> from <file> to <file>")
def _(world: World, who: str, title: str, source: str, target: str) -> None:
    moved = world.topic(f"in {source}", title)
    bcf = world.archive(source).bcf
    world.put(f"in {source}", replace(bcf, topics=tuple(item for item in bcf.topics if item is not moved)))
    held = world.first.folder.archives.get(target)
    world.first.folder.put(target, *(held.bcf.topics if held and held.there else ()), moved)


# -- When: desktop programs and files --------------------------------------------------------------------------


@sentence("When", "<who> opens <file>")
def _(world: World, program: str, name: str) -> None:
    world.copies[program, name] = world.archive(name).bcf


@sentence("When", "<who> sets the <member> of <title> to <value> in its copy of <file>")
def _(world: World, program: str, member: str, title: str, value: str, name: str) -> None:
    bcf = _copy(world, program, name)
    if title not in [item.title for item in bcf.topics]:
        raise NotUnderstood(f"the copy has no topic “{title}”")
    said = {MEMBERS[member]: plain(value)}
    topics = tuple(replace(item, **said) if item.title == title else item for item in bcf.topics)
    world.copies[program, name] = replace(bcf, topics=topics)


@sentence("When", "<who> saves its copy of <file>")
def _(world: World, program: str, name: str) -> None:
    world.archive(name).save(_copy(world, program, name))


@sentence("When", "<who> saves its copy of <file> as <file>")
def _(world: World, program: str, name: str, other: str) -> None:
    world.first.folder.put(other, *_copy(world, program, name).topics)


def _copy(world: World, program: str, name: str) -> Bcf:
    if (program, name) not in world.copies:
        raise NotUnderstood(f"{program} has not opened {name}")
    return world.copies[program, name]


@sentence("When", "<file> is renamed to <file>")
def _(world: World, old: str, new: str) -> None:
    world.archive(old)
    world.first.folder.archives[new] = world.first.folder.archives.pop(old)


@sentence("When", "<file> is copied to <file>")
def _(world: World, old: str, new: str) -> None:
    world.first.folder.put(new, *world.archive(old).bcf.topics)


@sentence("When", "<file> is taken out of the folder")
def _(world: World, name: str) -> None:
    world.archive(name)
    world.away[name] = world.first.folder.archives.pop(name)


@sentence("When", "<file> is put back into the folder")
def _(world: World, name: str) -> None:
    world.first.folder.archives[name] = world.away.pop(name)


@sentence("When", "<file> is only half written")
def _(world: World, name: str) -> None:
    broken = world.archive(name)
    broken.number += 100

    def cut_off() -> None:
        raise InvalidArchive("cut off")

    broken.listing = cut_off


@sentence("When", "<file> is whole again")
def _(world: World, name: str) -> None:
    whole = world.archive(name)
    del whole.listing
    whole.number += 100


@sentence("When", "the folder is not mounted")
def _(world: World) -> None:
    world.first.folder.refused = Guarded("the marker of the folder is missing")


@sentence("When", "the folder is mounted again")
def _(world: World) -> None:
    world.first.folder.refused = None
