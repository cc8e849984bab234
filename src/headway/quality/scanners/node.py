"""What a Node project says of its tools."""

from __future__ import annotations

from headway.quality.scanners.project import Project, folder, table


def folders(project: Project) -> list[str]:
    """Folders with a package.json."""
    return sorted({folder(path) for path in project.named("package.json")})


def packages(project: Project, at: str) -> set[str]:
    data = project.json(f"{at}/package.json".lstrip("/"))
    return {*table(data, "dependencies"), *table(data, "devDependencies")}


def why(project: Project, tool: str, files: tuple[str, ...], key: str, at: str) -> str:
    """The file by which a folder asks for a tool, "" where it doesn't."""
    prefix = f"{at}/" if at else ""
    for path in project.named(*files):
        if folder(path) == at:
            return path
    if key in project.json(prefix + "package.json"):
        return f'"{key}" in {prefix}package.json'
    return ""


def install(at: str) -> str:
    return f"npm ci in {at}" if at else "npm ci"


def covered(at: str, others: list[str]) -> bool:
    """Whether a folder is part of another one of these."""
    return any(one != at and (not one or at.startswith(one + "/")) for one in others)
