#!/usr/bin/env python3
"""What a built program contains of others, as a CycloneDX document: sbom.py BUILD_FOLDER PROGRAM >FILE

Debian packages: those of the shared libraries that the program is linked with or opens, and those whose headers were compiled into it, as
Ninja noted them. npm packages: those of the web client, which is compiled in, by its lock file. The same build gives the same document.
"""

import json
import pathlib
import re
import subprocess
import sys
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
OPENED = ("libavcodec", "libavutil", "libswscale")  # by gateway/decoder/libav.cpp, of the version whose headers it has


def output(*command, cwd=None):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True).stdout


def headers(build, program):
    parts = set(output("ninja", "-t", "inputs", program.name, cwd=build).splitlines())
    found, counts = set(), False
    for line in output("ninja", "-t", "deps", cwd=build).splitlines():
        if line and not line.startswith(" "):
            counts = line.split(": #deps")[0] in parts
        elif counts and line.strip().startswith("/usr/"):
            found.add(line.strip())
    return found


def libraries(program):
    known = output("/sbin/ldconfig", "-p")
    opened = [match for name in OPENED for match in re.findall(rf"=> (/\S+/{name}\.so\.\d+)$", known, re.M)]
    return {*re.findall(r"=> (/\S+)", output("ldd", program)), *opened}


def owners(files):
    """Packages of files. A file that was linked to another place since (/lib to /usr/lib) is known by either name."""
    names = set()
    for file in files:
        real = str(pathlib.Path(file).resolve())
        names |= {file, real, real.removeprefix("/usr")}
    done = subprocess.run(["dpkg-query", "-S", *sorted(names)], capture_output=True, text=True, check=False)  # some have no owner
    return {package.strip() for line in done.stdout.splitlines() for package in line.split(": /")[0].split(",")}


def debian_packages(build, program):
    packages = sorted(owners(headers(build, program) | libraries(program)))
    fields = "${binary:Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n"
    release = dict(re.findall(r'^(\w+)="?(.*?)"?$', pathlib.Path("/etc/os-release").read_text(), re.M))
    for line in output("dpkg-query", "-W", "-f", fields, *packages).splitlines():
        name, version, architecture, source, source_version = line.split("\t")
        name = name.split(":")[0]
        yield {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:deb/{release['ID']}/{name}@{version}?arch={architecture}&distro={release['ID']}-{release['VERSION_ID']}",
            # Debian's security tracker speaks of source packages.
            "properties": [{"name": "debian:source", "value": f"{source} {source_version}"}],
        }


def npm_packages():
    for place, package in json.loads((ROOT / "web/package-lock.json").read_text())["packages"].items():
        if "node_modules/" not in place or package.get("dev") or package.get("link"):
            continue
        name = place.rpartition("node_modules/")[2]
        yield {
            "type": "library",
            "name": name,
            "version": package["version"],
            "purl": f"pkg:npm/{name.replace('@', '%40')}@{package['version']}",
            "licenses": [{"expression": package["license"]}],
        }


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: sbom.py BUILD_FOLDER PROGRAM")
    build, program = map(pathlib.Path, sys.argv[1:])
    program = program.resolve()
    version = output(program, "--version").split()[-1]
    components = sorted([*debian_packages(build, program), *npm_packages()], key=lambda component: component["purl"])
    for component in components:
        component["bom-ref"] = component["purl"]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "vedette", "version": version, "bom-ref": "vedette"}},
        "components": components,
        "dependencies": [{"ref": "vedette", "dependsOn": [component["purl"] for component in components]}],
    }
    document["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document, sort_keys=True)).urn
    print(json.dumps(document, indent=1))


main()
