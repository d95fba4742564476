#!/usr/bin/env python3
"""Prints the licences of all crates that are part of the program, with their texts.

Usage: packaging/licences.py, in the sources; needs cargo and nothing else.
"""

import json
import pathlib
import subprocess
import sys

PREFIXES = ("licen", "copying", "copyright", "notice", "unlicense")


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], check=True, capture_output=True, text=True).stdout


def crates_in_program():
    """The packages that the program contains, without those that only build or test it."""
    host = next(line.split()[1] for line in cargo("version", "-v").splitlines() if line.startswith("host:"))
    metadata = json.loads(cargo("metadata", "--format-version", "1", "--locked", "--filter-platform", host))
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    seen, waiting = set(), [metadata["resolve"]["root"]]
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        for dependency in nodes[node]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                waiting.append(dependency["pkg"])
    seen.remove(metadata["resolve"]["root"])
    return sorted((packages[node] for node in seen), key=lambda package: (package["name"], package["version"]))


def texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.name.lower().startswith(PREFIXES):
            yield file.read_text(encoding="utf-8", errors="replace").strip()


def main():
    packages = crates_in_program()
    if len(packages) < 100:
        sys.exit(f"only {len(packages)} crates; is this the root of the sources?")
    print("Tinsel contains these crates, under the licences named here. The texts follow below.\n")
    users = {}
    for package in packages:
        name = f"{package['name']} {package['version']}"
        authors = ", ".join(author.split("<")[0].strip() for author in package["authors"])
        print(f"{name}: {package['license'] or 'see its text'}" + (f" ({authors})" if authors else ""))
        for text in texts(package):
            users.setdefault(text, []).append(name)
    for text, names in users.items():
        print(f"\n{'=' * 80}\n{', '.join(names)}\n\n{text}")


main()
