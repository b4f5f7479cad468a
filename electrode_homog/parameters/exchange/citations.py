"""What the text of a source names: works by DOI, files by hash."""

import re
from urllib.parse import quote

LONGEST = 250
"""Characters of a DOI after its slash, and of a name: enough for all there are, and little enough to be quick."""


def dois_in(text: str) -> tuple[str, ...]:
    """The DOIs that a source or citation names, each once.

    >>> dois_in("J. Electrochem. Soc. 166 (2019) A3693 (doi 10.1149/2.0341915jes), Table 2")
    ('10.1149/2.0341915jes',)
    """
    found = []
    for doi in re.findall(rf"\b10\.\d{{4,9}}/[^\s\"'<>,;]{{1,{LONGEST}}}", text):
        doi = doi.rstrip(".:")
        while doi.endswith((")", "]")) and doi.count("(") + doi.count("[") < doi.count(")") + doi.count("]"):
            doi = doi[:-1].rstrip(".:")
        if not doi.endswith("/"):
            found.append(doi)
    return tuple(dict.fromkeys(found))


def doi_iri(doi: str) -> str:
    """Where a DOI leads.

    >>> doi_iri("10.1149/2.0341915jes")
    'https://doi.org/10.1149/2.0341915jes'
    """
    return f"https://doi.org/{quote(doi, safe='/:();._-')}"


def hashes_in(text: str) -> tuple[tuple[str, str], ...]:
    """Name and SHA-256 (its first 16 to 64 hexadecimal digits) of each file that a source names, each once.

    Of a name with spaces, the last word.

    >>> hashes_in("porosity of nmc.tif sha256:0123456789abcdef [0:9], fitted to a.csv (sha256 fedcba9876543210)")
    (('nmc.tif', '0123456789abcdef'), ('a.csv', 'fedcba9876543210'))
    """
    found = {}
    for match in re.finditer(r"sha256[: ]([0-9a-f]{16,64})\b", text):
        words = text[max(0, match.start() - LONGEST) : match.start()].rstrip(" (").split()
        if words:
            found[words[-1], match[1]] = None
    return tuple(found)
