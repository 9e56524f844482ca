"""How every exported network is run."""

from pathlib import Path
from typing import Any

import onnxruntime

from skills.errors import BadInput


def open_session(network: Path) -> Any:
    """An onnxruntime session on one thread: a pool that spins between calls takes the cores from the robot.

    Raises: BadInput when the file is no network.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own exceptions share no base
        raise BadInput("network", str(network), f"an ONNX network ({str(error).splitlines()[0]})") from None
