"""Files that travel with the topics: a PDF, a model, a snippet, the settings of some viewer.

Owns: small, valid bytes of other formats. Sees nothing.
"""

import json


def pdf(*lines: str) -> bytes:
    """A one-page PDF with a few lines of text (plain Latin letters)."""
    text = " ".join(f"({line}) Tj T*" for line in lines)
    stream = f"BT /F1 14 Tf 20 TL 60 780 Td {text} ET"
    fonts = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources {fonts} >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
    )
    written, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    return f"{written}{end}{trailer}".encode()


def ifc(name: str, project: str) -> bytes:
    """An IFC file with nothing in it but its project."""
    return (
        "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\n"
        f"FILE_NAME('{name}','2025-01-13T08:00:00',(''),(''),'','','');\nFILE_SCHEMA(('IFC4'));\nENDSEC;\n"
        f"DATA;\n#1=IFCPROJECT('{project}',$,'Harbour School',$,$,$,$,$,$);\nENDSEC;\nEND-ISO-10303-21;\n"
    ).encode()


def as_json(content: object) -> bytes:
    """Readable JSON."""
    return json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n"
