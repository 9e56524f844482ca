"""The sbatch script of a training command: cut off by the time limit, it goes on in the next job."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Final

from policy.training.config import Training
from policy.training.run_folder import RUN_FILE

SCRIPT: Final = Template("""\
#!/bin/bash
# $told
#SBATCH --job-name=smolcell-$name
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=$cores
$gpus#SBATCH --time=12:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=smolcell-$name-%j.log
#SBATCH --signal=B:USR1@180

set -euo pipefail
cd $folder
export OMP_WAIT_POLICY=passive

go_on=()
if [ -e $run_file ]; then
  go_on=(--resume)
fi

# Before the time limit the job is put back into the queue; what was trained since the last save is trained again.
give_way() {
  kill -TERM "$$training" && wait "$$training" || true
  scontrol requeue "$$SLURM_JOB_ID"
  exit 0
}
trap give_way USR1

$command "$${go_on[@]}" &
training=$$!
wait "$$training"
""")

LAUNCHER: Final = '-m accelerate.commands.launch --num_processes "${SLURM_GPUS_ON_NODE:-1}" --num_machines 1 '


def sbatch_script(config: Training, out: Path, python: str, arguments: Sequence[str], cores: int) -> str:
    """The script that runs `smolcell train` with `arguments`, whose run folder is `out`, from this folder on.

    With CUDA one process for each GPU of the job is started by accelerate; `--gpus-per-node` says how many.
    """
    cuda = config.compute.device != "cpu"
    launcher = LAUNCHER if cuda else ""
    return SCRIPT.substitute(
        told=f"Training of {config.name}. Written by smolcell train --slurm; hand it in with: sbatch FILE",
        name=config.name,
        cores=cores,
        gpus="#SBATCH --gpus-per-node=1\n" if cuda else "",
        folder=shlex.quote(str(Path.cwd())),
        run_file=shlex.quote(str(out / RUN_FILE)),
        command=f"{shlex.quote(python)} {launcher}-m agent.cli train {shlex.join(arguments)}",
    )
