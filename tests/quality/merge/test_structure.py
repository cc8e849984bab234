from __future__ import annotations

from headway.quality.merge import components, structure
from headway.quality.paths import Paths
from headway.quality.report import Complexity, Component, Report

from .. import recorded

PATHS = Paths("/repo", ["src/shop/pricing.py", "src/shop/orders.py", "src/shop/refunds.py"])


def test_three_tools_measure_each_function_once() -> None:
    names = (
        "radon-6.0.1/cc.json",
        "lizard-1.24.3/verbose.csv",
        "complexipy-8.3.0/functions.json",
    )
    found = structure.complexity([recorded.report(name) for name in names], PATHS)
    assert [(one.file.rpartition("/")[2], one.name, one.line) for one in found] == [
        ("orders.py", "confirm", 4),
        ("pricing.py", "discount", 4),
        ("pricing.py", "Cart.__init__", 29),
        ("pricing.py", "Cart.add", 32),
        ("pricing.py", "Cart.total", 37),
        ("pricing.py", "Cart.export", 40),
        ("refunds.py", "refund", 4),
    ]
    discount = found[1]
    assert (discount.cyclomatic, discount.cognitive, discount.length) == (16, 26, 21)
    measured = structure.measures([], found)
    assert measured == {"complexity.cyclomatic": 16, "complexity.cognitive": 26}


def functions(*found: Complexity) -> list[Complexity]:
    report = Report(tool="t", kind="complexity", complexity=found)
    return list(structure.complexity([report], Paths()))


def test_functions_on_one_line_stay_apart() -> None:
    assert len(functions(*(Complexity(file="a.js", name=n, line=1) for n in ("f", "g")))) == 2


def test_a_name_that_two_functions_have_is_matched_to_neither() -> None:
    found = functions(
        Complexity(file="a.py", name="A.run", line=1, cyclomatic=1.0),
        Complexity(file="a.py", name="B.run", line=9, cyclomatic=1.0),
        Complexity(file="a.py", name="B.run", cognitive=2.0),
        Complexity(file="a.py", name="run", cognitive=3.0),
    )
    assert [(one.name, one.line, one.cognitive) for one in found] == [
        ("run", 0, 3.0),
        ("A.run", 1, None),
        ("B.run", 9, 2.0),
    ]


def test_measures_of_a_file_from_two_commands() -> None:
    names = ("radon-6.0.1/mi.json", "radon-6.0.1/raw.json")
    found = structure.files([recorded.report(name) for name in names], PATHS)
    pricing = next(file for file in found if file.path == "src/shop/pricing.py")
    assert pricing.measures["code_lines"] == 35
    assert round(pricing.measures["maintainability"]) == 55


def test_the_same_copy_from_two_versions_counts_once() -> None:
    reports = [recorded.report(f"jscpd-{version}/report.json") for version in ("4.3.0", "5.4.1")]
    (one,) = structure.duplication(reports, PATHS)
    assert [place.file for place in one.places] == ["src/shop/orders.py", "src/shop/refunds.py"]
    measured = structure.measures(reports[:1], ())
    assert round(measured["duplication.percent"], 2) == 12.99


def test_parts_of_four_documents() -> None:
    names = ("cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-tag-value")
    found = components.merged([recorded.report(f"syft-1.18.1/{name}") for name in names])
    assert [part.name for part in found] == ["jinja2", "lodash", "requests", "shop-web"]


def test_licences_that_any_document_states() -> None:
    def document(*licenses: str) -> Report:
        part = Component(name="a", version="1", licenses=licenses)
        return Report(tool="t", kind="components", components=(part,))

    (part,) = components.merged([document(), document("MIT"), document("BSD-2-Clause", "MIT")])
    assert part.licenses == ("BSD-2-Clause", "MIT")
