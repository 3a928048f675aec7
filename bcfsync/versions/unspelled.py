"""A model without the marks of how its file was spelled: in another version they would say something else.

Owns: forgetting ``spelling``, and the second guid of a viewpoint. Sees: model.
"""

from dataclasses import replace

from bcfsync.model import Bcf, Components, Topic, Viewpoint

_NONE: frozenset[str] = frozenset()


def unspelled(bcf: Bcf) -> Bcf:
    """The same model, to be written as one that came from no file.

    Single components keep their marks, which only versions read that mean the same by them: there may be many.
    """
    return replace(bcf, spelling=None, topics=tuple(map(_topic, bcf.topics)))


def _topic(topic: Topic) -> Topic:
    snippet = topic.bim_snippet
    return replace(
        topic,
        bim_snippet=replace(snippet, spelling=_NONE) if snippet else None,
        files=tuple(replace(item, spelling=_NONE) for item in topic.files),
        document_references=tuple(replace(item, spelling=_NONE) for item in topic.document_references),
        comments=tuple(replace(item, spelling=_NONE) for item in topic.comments),
        viewpoints=tuple(map(_viewpoint, topic.viewpoints)),
        spelling=_NONE,
    )


def _viewpoint(view: Viewpoint) -> Viewpoint:
    components = _components(view.components) if view.components else None
    return replace(view, components=components, alias=None, spelling=_NONE)


def _components(components: Components) -> Components:
    shown = components.visibility
    return replace(components, visibility=replace(shown, spelling=_NONE) if shown else None, spelling=_NONE)
