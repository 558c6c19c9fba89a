"""The command that draws samples and says who codes what."""

from __future__ import annotations

import argparse

from codetui.cli.console import error, exit_code, note_problems, show, show_json, show_wrapped
from codetui.cli.options import PARTS, Command, add_json, add_study
from codetui.cli.sessions import coder_name, open_study
from codetui.core.sampling import SampleRequest
from codetui.core.text.display import plural
from codetui.study.drawing import Drawn, draw_again, draw_sample, release
from codetui.study.study import Study, StudyError

EXAMPLES = """\
examples:
  codetui sample --size 50 --seed 7 --coders anna,bram --overlap 20
  codetui sample --size 30 --seed 7 --coders anna,bram,chris --overlap 30 --by pairs --stratify sector
  codetui sample --name again --same first --coders "anna (again)"
  codetui sample release 752 --coder bram --because "bram has a fever"
  codetui sample release all --coder bram --because "bram left the project"
  codetui sample
"""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_study(parser, *PARTS)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EXAMPLES
    parser.add_argument(
        "action",
        nargs="*",
        metavar="release AD",
        help="take ads, or `all` that are not done, from a coder (--coder, --because)",
    )
    parser.add_argument("--name", metavar="NAME", help="the name of the sample; default: sample-1, sample-2 …")
    parser.add_argument("--size", type=int, metavar="N", help="how many ads; without it, samples are listed")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="the same seed gives the same sample; default: 1"
    )
    parser.add_argument("--coders", metavar="A,B", help="who codes")
    parser.add_argument("--overlap", type=int, default=0, metavar="N", help="how many of the ads several coders code")
    words = "these by all coders, or each by a pair; default: all"
    parser.add_argument("--by", choices=("all", "pairs"), default="all", help=words)
    words = "a column of the table, or profile with --of: each of its values gets its share"
    parser.add_argument("--stratify", default="", metavar="ATTRIBUTE", help=words)
    parser.add_argument("--of", default="", metavar="CODER", help="who assigned the profiles")
    words = "the ads of this sample once more, for example to the same coder under another name"
    parser.add_argument("--same", metavar="NAME", help=words)
    parser.add_argument("--open", action="store_true", help="coders may see each other's work at once: not blind")
    parser.add_argument("--dry-run", action="store_true", help="only show what would be drawn")
    parser.add_argument("--coder", metavar="NAME", help="from whom an ad is taken")
    parser.add_argument("--because", default="", metavar="WHY", help="why it is taken")
    add_json(parser)


def sample(options: argparse.Namespace) -> int:
    """Draw a sample, list the samples, or take an ad from a coder."""
    study = open_study(options)
    if options.action:
        return _release(study, options)
    if options.size is None and options.same is None:
        return _list(study, as_json=options.json)
    coders = tuple(filter(None, (one.strip() for one in (options.coders or "").split(","))))
    if not coders:
        return error("nobody codes this sample; name the coders with --coders A,B.")
    name = options.name or _free_name(study)
    if any(one.name == name for one in study.samples.all):
        return error(f"there is a sample {name} already ({study.samples.path(name)}); choose another --name.")
    drawn = _drawn(study, name, coders, options)
    if not options.dry_run:
        study.record_ids(drawn.sample.sources)
        study.samples.save(drawn.sample)
    _show(study, drawn, options)
    return exit_code(drawn.problems)


def _drawn(study: Study, name: str, coders: tuple[str, ...], options: argparse.Namespace) -> Drawn:
    """Return a new sample, drawn or with the sources of another one. Raises StudyError."""
    if options.same is None:
        request = SampleRequest(options.size, options.seed, coders, options.overlap, options.by)
        return draw_sample(study, name, request, stratify=options.stratify, of=options.of, is_blind=not options.open)
    first = next((one for one in study.samples.all if one.name == options.same), None)
    if first is None:
        names = ", ".join(one.name for one in study.samples.all) or "none"
        raise StudyError(f"there is no sample {options.same}; there is: {names}.")
    return draw_again(name, first, coders, is_blind=not options.open)


def _free_name(study: Study) -> str:
    taken = {one.name for one in study.samples.all}
    return next(name for number in range(1, len(taken) + 2) if (name := f"sample-{number}") not in taken)


def _show(study: Study, drawn: Drawn, options: argparse.Namespace) -> None:
    """Print who codes how many, and where the sample is."""
    words, one = study.codebook.words, drawn.sample
    if options.json:
        queues = {coder: list(one.queue(coder)) for coder in one.coders}
        show_json({"version": 1, "name": one.name, "seed": one.seed, "candidates": one.candidates, "queues": queues})
        return
    ads = plural(len(one.sources), words.source, words.sources)
    show_wrapped(f"sample {one.name}: {ads} of {one.candidates:,} (seed {one.seed})")
    show_wrapped(", ".join(f"{coder} codes {len(one.queue(coder))}" for coder in one.coders))
    several = sum(len(coders) > 1 for coders in one.sources.values())
    if several:
        show_wrapped(f"{several} by several coders" + (", who do not see each other's work" if one.is_blind else ""))
    if drawn.strata:
        shares = (f"{name or 'without one'} {few} of {many}" for name, (few, many) in drawn.strata.items())
        show_wrapped(f"{one.stratify}: {', '.join(shares)}")
    if drawn.left_out:
        show_wrapped(f"not drawn from: {', '.join(drawn.left_out)}")
    note_problems(drawn.problems)
    show("nothing is written (--dry-run)" if options.dry_run else f"written to {study.samples.path(one.name)}")


def _list(study: Study, *, as_json: bool) -> int:
    """Print how far each coder is with each sample."""
    found = list(study.samples.progress())
    note_problems(study.samples.problems)
    if as_json:
        show_json({"version": 1, "samples": [one._asdict() for one in found]})
    elif not found:
        show("there is no sample yet; `codetui sample --size 50 --coders A,B` draws one")
    for one in found if not as_json else ():
        show(f"sample {one.sample}: {one.coder} has done {one.done} of {one.all}")
    return exit_code(study.samples.problems)


def _release(study: Study, options: argparse.Namespace) -> int:
    """Take ads from a coder in each sample in which the coder has them; `all` are those that are not done."""
    samples, coder = study.samples, options.coder
    if len(options.action) < 2 or options.action[0] != "release" or not coder:
        word = study.codebook.words.source
        return error(f"name the {word} and the coder: `codetui sample release ID --coder NAME --because WHY`.")
    sources = samples.open_queue(coder) if options.action[1:] == ["all"] else options.action[1:]
    unknown = [one for one in sources if all(coder not in sample.coders_of(one) for sample in samples.all)]
    if unknown or not sources:
        return error(f"{coder} codes {', '.join(unknown) or 'nothing more'} in no sample; nothing is released.")
    for one in samples.all:
        released = [source for source in sources if coder in one.coders_of(source)]
        sample = one
        for source in released:
            sample = release(sample, source, coder, options.because, coder_name(None))
        if released:
            samples.save(sample)
            show_wrapped(f"sample {one.name}: {coder} no longer codes {', '.join(released)}")
    return 0


COMMANDS = {"sample": Command(_add_arguments, sample)}
