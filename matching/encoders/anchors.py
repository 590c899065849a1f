"""Makes the anchors that ship with the annotator: ``python -m kyokan.matching.encoders.anchors``.

Run it after a change of the dictionary's words or of the scenes; attributes whose words are unchanged are kept.
"""

from __future__ import annotations

from kyokan.graph.annotate.anchors import anchors_file, find_anchors
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.encoders.universal import UniversalEncoder


def main() -> None:
    """Encode what changed and write the file beside the annotator."""
    encoder = UniversalEncoder()
    anchors = find_anchors(load_dictionary(), encoder)
    path = anchors_file(encoder.name)
    anchors.save(path)
    print(f"{len(anchors.attributes)} anchors written to {path}")  # noqa: T201 - what the command says


if __name__ == "__main__":
    main()
