"""Publications as BibTeX entries: those that theorems name in `source`, the tool, and the model by its digest."""

from __future__ import annotations

import re
from collections.abc import Iterable

import bijection
from bijection.export.blocks import Reference
from bijection.export.tex import code, escape
from proofs.codec import digest
from proofs.functions import Function
from proofs.kernel import Theorem
from proofs.network import Network

# Known publications: what identifies one in a theorem's `source`, and its entry. A source that none of these matches is cited as it stands.
KNOWN: dict[str, Reference] = {
    r"Brouwer, Beweis der Invarianz|Brouwer 1912": Reference(
        "article",
        "brouwer1912",
        (
            ("author", "L. E. J. Brouwer"),
            ("title", "Beweis der Invarianz des $n$-dimensionalen Gebiets"),
            ("journal", "Mathematische Annalen"),
            ("volume", "71"),
            ("year", "1912"),
            ("pages", "305--313"),
        ),
    ),
    r"Deimling": Reference(
        "book",
        "deimling1985",
        (
            ("author", "K. Deimling"),
            ("title", "Nonlinear Functional Analysis"),
            ("publisher", "Springer"),
            ("year", "1985"),
            ("note", "Chapter 1"),
        ),
    ),
    r"Puthawala|2006\.08464": Reference(
        "article",
        "puthawala2022",
        (
            ("author", r"M. Puthawala and K. Kothari and M. Lassas and I. Dokmani\'c and M. de Hoop"),
            ("title", "Globally Injective {ReLU} Networks"),
            ("journal", "Journal of Machine Learning Research"),
            ("volume", "23"),
            ("number", "105"),
            ("year", "2022"),
            ("note", "arXiv:2006.08464"),
        ),
    ),
}
_ALSO = {"OppositeDeterminants": ("brouwer1912",)}  # what the words of a theorem cite beside its source


def of_theorem(theorem: type[Theorem]) -> tuple[Reference, ...]:
    """The publications that a theorem's source names; for an unknown one the source itself, if it has a year."""
    source = theorem.source
    found = [entry for pattern, entry in KNOWN.items() if re.search(pattern, source)]
    found += [entry for entry in KNOWN.values() if entry.key in _ALSO.get(theorem.name, ()) and entry not in found]
    if not found:
        found = [_as_it_stands(theorem.name, part) for part in source.split(";") if re.search(r"\b(1[89]|20)\d\d\b", part)]
    return tuple(found)


def _as_it_stands(name: str, source: str) -> Reference:
    text = re.sub(r"\s*\([A-Z]\d+(, [A-Z]\d+)*\)\s*$", "", source).strip()
    year = re.search(r"\b(1[89]|20)\d\d\b", text)
    fields = (("title", escape(text)), ("year", year.group() if year else ""))
    return Reference("misc", f"source-{name.lower()}", fields)


def tool() -> Reference:
    """The toolkit."""
    fields = (
        ("title", "bijection: is this neural network injective, surjective, bijective?"),
        ("year", "2026"),
        ("note", f"Version {bijection.__version__}; proofs are checked by its kernel, the folder \\texttt{{proofs}}"),
    )
    return Reference("misc", "bijection", fields)


def model(f: Function, file: dict[str, str] | None = None) -> Reference:
    """The exact function, by its digest; and the file it was read from, by its own."""
    fingerprint = digest(f)
    kind = "network" if isinstance(f, Network) else "table"
    fields = [
        ("title", f"The exact {kind} {fingerprint[:8]}"),
        ("note", f"SHA-256 of its canonical form \\texttt{{{_parted(fingerprint)}}}"),
    ]
    if file is not None:
        fields.append(("howpublished", f"File {code(file['name'])}, SHA-256 \\texttt{{{_parted(file['sha256'])}}}"))
    return Reference("misc", f"model-{fingerprint[:8]}", tuple(fields))


def _parted(fingerprint: str) -> str:
    """A digest that may be broken across lines."""
    return r"\allowbreak ".join(fingerprint[i : i + 16] for i in range(0, len(fingerprint), 16))


def bibtex(references: Iterable[Reference]) -> str:
    """The entries as a .bib file."""
    entries = []
    for r in references:
        lines = ",\n".join(f"  {name} = {{{value.replace(chr(92) + 'allowbreak ', '')}}}" for name, value in r.fields if value)
        entries.append(f"@{r.kind}{{{r.key},\n{lines}\n}}\n")
    return "\n".join(entries)


def in_words(r: Reference) -> str:
    """The entry as a line of a list of references."""
    f = dict(r.fields)
    authors = f.get("author", "").replace(" and ", ", ")
    parts = [authors, f"\\emph{{{f['title']}}}", f.get("publisher", "")]
    if "journal" in f:
        volume = f["volume"] + (f"({f['number']})" if "number" in f else "")
        parts.append(f"{f['journal']} {volume} ({f['year']})" + (f", {f['pages']}" if "pages" in f else ""))
    else:
        parts.append(f.get("year", ""))
    parts += [f.get("howpublished", ""), f.get("note", "")]
    return re.sub(r"(?<![\w\\}])\{(\w+)\}", r"\1", ". ".join(part for part in parts if part)).replace("?}.", "?}") + "."
