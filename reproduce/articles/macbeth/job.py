"""The article's main job: train the network, let it write, draw how it went, judge the claims that a run can judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reproduce.articles.macbeth import figures
from reproduce.articles.macbeth.milestones import read_milestones
from reproduce.articles.macbeth.outputs import run_outputs
from reproduce.articles.macbeth.training import RunConfig, SampleProgress, load_weights, parts, run
from reproduce.articles.macbeth.variant import Generation, MacbethVariant
from reproduce.evidence.claims import Judgement, judge_by_run
from reproduce.evidence.pictures import save_figure
from reproduce.inputs.text import Text
from reproduce.networks.characters.generation import draw_start, generate, predict_shrinking
from reproduce.networks.characters.proof import prove_compiled
from reproduce.runs.directory import Directory
from reproduce.runs.files import write_json, write_text

PROOF = "proof.json"
WRITTEN = "written.txt"


@dataclass(frozen=True)
class Job:
    """What `reproduce run macbeth` was asked to do."""

    variant: MacbethVariant
    seed: int
    engine: str
    threads: int
    out: Path
    force: bool


def run_job(job: Job, text: Text, on_progress: Callable[[SampleProgress], None]) -> tuple[Directory, list[Judgement]]:
    """Train the network; call `reproduce.networks.engine.limit_threads(1, within=job.threads)` before.

    Args:
        on_progress: as `reproduce.articles.macbeth.training.run` calls it.

    Raises:
        TextError: the text is too short for the variant.
        MismatchError: the compiled engine does not train as Keras does on this machine.
        RunError: the run directory is in use or holds another run.
    """
    training, judged = parts(text, job.variant)
    config = RunConfig(job.variant, job.seed, job.engine, text.sha256, job.threads)
    directory = Directory(job.out, config)
    with directory.opened(force=job.force):  # refused now, not after the proof
        needs_proof = job.engine == "compiled" and not (directory.path / PROOF).exists()
    if needs_proof:
        proof = prove_compiled(job.variant, len(text.vocabulary), job.seed, training)
        write_json(directory.path / PROOF, proof)
    run(job.out, config, text, on_progress=on_progress)
    write_text(directory.path / WRITTEN, written(directory, text))
    picture = figures.milestones(read_milestones(directory), figures.baselines(training, judged, len(text.vocabulary)))
    save_figure(picture, directory.path / "figures", "milestones")
    outputs = run_outputs(directory, text)
    return directory, judge_by_run(__package__, outputs)


def written(directory: Directory, text: Text) -> str:
    """What the trained network makes of one window of the text, drawn with the run's seed, by either loop."""
    config, published = directory.config, Generation()
    weights, start = load_weights(directory), draw_start(text, config.variant.window, config.seed)
    shrinking = predict_shrinking(weights, start, min(published.length, len(start)))
    greedy = generate(weights, start, 500, memory="window", temperature=0, seed=config.seed)
    pieces = {
        "A window of the text": start,
        "What the published loop prints, which feeds nothing back (M3)": shrinking,
        "What the repaired loop writes": greedy,
    }
    return "\n".join(f"--- {title}:\n{text.decode(indices)}\n" for title, indices in pieces.items())
