"""Ways to run an answer where a plain call is not enough; they stand beside it and know no right answer."""

from __future__ import annotations

import copy
import time
import tracemalloc
import warnings
from collections.abc import Mapping

import numpy as np


def call_and_keep_inputs(function, *inputs) -> dict:
    """What `function(*inputs)` returns, and the inputs as they are afterwards."""
    return {"result": function(*inputs), "inputs": list(inputs)}


def call_and_catch(function, *inputs) -> dict:
    """{"result": what `function(*inputs)` returns}, or {"error": the exception's type, "message": its text}.

    A hole's NotImplementedError is not caught: the question counts as not attempted.
    """
    try:
        return {"result": function(*inputs)}
    except NotImplementedError:
        raise
    except Exception as error:  # whatever it is: the check judges it
        return {"error": type(error).__name__, "message": str(error)}


def differentiate_program(backpropagate, divide, exp, node_class, inputs, program, calls=1, most_walks=0) -> dict:
    """Build a graph of nodes, run backpropagate on its last node `calls` times, read the gradients.

    program: a list of (operation, i, j), where i and j number the inputs and then the earlier results; operation is
    "+", "-", "*", "divide" or "exp" (which ignores j). With most_walks > 0 the edges are counted as they are read, and
    the run ends when there were more. Returns {"value", "grads"} (all numbered nodes), or {"stopped": why}: "node" and
    "edges" for a result that is not built as Node is, "recursion", "walks".
    """
    nodes = [node_class(value) for value in inputs]
    build = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
             "divide": divide, "exp": lambda a, _: exp(a)}  # fmt: skip
    for operation, i, j in program:
        nodes.append(build[operation](nodes[i], nodes[j]))
        if not all(hasattr(nodes[-1], name) for name in ("value", "edges", "grad")):
            return {"stopped": "node"}
        if not all(map(_is_edge, nodes[-1].edges)):
            return {"stopped": "edges"}
    if most_walks:
        walks = [0, most_walks]
        for node in nodes:
            node.edges = _CountedEdges(node.edges)
            node.edges.walks = walks
    try:
        for _ in range(calls):
            backpropagate(nodes[-1])
    except RecursionError:
        return {"stopped": "recursion"}
    except _TooManyWalks:
        return {"stopped": "walks"}
    return {"value": nodes[-1].value, "grads": [node.grad for node in nodes]}


def run_gradient_check(check_gradient, X, t, w, g) -> dict:
    """check_gradient(loss, w, g) for loss(w) = mean((tanh(X w) − t)²), w of any shape, taken as one vector.

    Returns {"value", "w" (afterwards), "points" (where the loss was asked for, one a row), "types" (of those arrays)}.
    """
    points, types, shape = [], [], np.shape(w)

    def loss(w):
        if np.shape(w) != shape:
            raise ValueError(f"loss takes an array of the shape of w, {shape}, not {np.shape(w)}")
        array = np.asarray(w)
        points.append(np.array(array, dtype=np.float64).ravel())
        types.append(str(array.dtype))
        return np.mean((np.tanh(X @ array.ravel()) - t) ** 2)

    value = check_gradient(loss, w, g)
    return {"value": value, "w": w, "points": np.array(points[:10_000]), "types": sorted(set(types))}


def replay_training(fit, w, weights, losses, patience, max_epochs) -> dict:
    """fit(w, run_epoch, patience, max_epochs) for a run_epoch that replays: epoch k writes weights[k] into its array.

    weights: (P, d); losses: P pairs (training loss, validation loss), P >= max_epochs. Returns {"result", "starts"
    (what the array held before each epoch)}, or {"stopped": "epochs"} when more than P epochs were asked for.
    """
    starts = []

    def run_epoch(w):
        if len(starts) == len(weights):
            raise _TooManyEpochs
        if not hasattr(w, "shape"):
            raise ValueError(f"run_epoch trains the array of weights that it is given, not a {type(w).__name__}")
        starts.append(np.array(w, dtype=np.float64))
        w[...] = weights[len(starts) - 1]
        return tuple(losses[len(starts) - 1])

    try:
        result = fit(w, run_epoch, patience, max_epochs)
    except _TooManyEpochs:
        return {"stopped": "epochs"}
    return {"result": result, "starts": starts}


def call_with_generators(function, arguments, seeds) -> list:
    """What `function(*arguments, rng)` returns with a fresh generator of each seed."""
    return [function(*arguments, np.random.default_rng(seed)) for seed in seeds]


def train_keras_model(build, sizes, rate, weights, batches) -> dict:
    """A model of build(sizes, rate) with `weights` put in by their shapes; tested on a batch, trained on the others.

    weights: arrays of different shapes; batches: pairs (x, y), y one-hot. Returns {"fresh" (weights as built),
    "outputs" (for the first x), "tested" (loss and metrics on the first batch), "trained" (after each step, in the
    order of `weights`)}, or {"stopped": why}: "type", "compiled", "shapes", "loss" ("sparse": would whole numbers do?).
    """
    import keras

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Keras; they are for the learner's own calls
        model, (x, y) = build(tuple(sizes), rate), batches[0]
        if not isinstance(model, keras.Model):
            return {"stopped": "type", "type": type(model).__name__}
        if not model.compiled:
            return {"stopped": "compiled"}
        model(x)  # builds it, if it isn't yet
        shapes = [tuple(variable.shape) for variable in model.weights]
        if sorted(shapes) != sorted(np.shape(array) for array in weights):
            return {"stopped": "shapes", "shapes": shapes}
        variables, fresh = [model.weights[shapes.index(np.shape(array))] for array in weights], model.get_weights()
        for variable, array in zip(variables, weights, strict=True):
            variable.assign(array)
        model.run_eagerly = True  # else each model is compiled for a second
        done = {"fresh": fresh, "outputs": np.array(model(x), dtype=np.float64)}
        try:
            done["tested"] = _test_keras(model, x, y)
        except Exception as error:
            try:
                sparse = bool(_test_keras(model, x, y.argmax(axis=1)))
            except Exception:
                sparse = False
            text = str(error).rpartition("}} ")[2]  # without TensorFlow's name for the node
            return {"stopped": "loss", "sparse": sparse, "error": f"{type(error).__name__}: {text}"[:200]}
        done["trained"] = []
        for x, y in batches[1:]:
            model.train_on_batch(x, y)
            done["trained"].append([np.array(variable) for variable in variables])
        return done


def build_keras_twice(build, sizes, rate, x, y) -> dict:
    """Two models of build(sizes, rate), each trained a step.

    Returns {"seen": the second's weights before, between and after}, or {"stopped": "optimizer"} if they share one.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models, seen = [build(tuple(sizes), rate) for _ in range(2)], []
        if models[0] is not models[1] and models[0].optimizer is models[1].optimizer:
            return {"stopped": "optimizer"}
        for model in models:
            model(x)
        seen.append(models[1].get_weights())
        for model in models:
            model.run_eagerly = True
            model.train_on_batch(x, y)
            seen.append(models[1].get_weights())
        return {"seen": seen}


def convert_and_overwrite(convert, weights, *arguments) -> dict:
    """convert(weights, *arguments), a dictionary of arrays; then each array in `weights` is overwritten by nan.

    Returns {"state", "later" (the same dictionary after that), "ordered" (per name: is it in C order?), "changed" (did
    convert itself change `weights`?)}, or {"stopped": type} for what is no dictionary.
    """
    before = copy.deepcopy(weights)
    state = convert(weights, *arguments)
    if not isinstance(state, Mapping):
        return {"stopped": type(state).__name__}
    changed = not all(map(np.array_equal, weights, before))
    state = {name: value.detach() if hasattr(value, "detach") else value for name, value in state.items()}
    first = {name: np.asarray(array).copy() for name, array in state.items()}
    for array in weights:
        array[...] = np.nan
    ordered = {name: bool(np.asarray(array).flags.c_contiguous) for name, array in state.items()}
    return {"state": first, "later": state, "ordered": ordered, "changed": changed}


def save_run(save_state, make_run, X, Y, seed, before, after) -> dict:
    """Train a run `before` steps, save its state, train it `after` steps more; a twin does the same and is never saved.

    Returns {"state" (at once), "later" (the same object in the end), "fields" (of the run when it was saved), "losses"
    and "W" (of the steps after that), "twin" (its W)}, or {"stopped": "generator"} for a state that holds a generator.
    """
    run, twin = make_run(X, Y, seed), make_run(X, Y, seed)
    for _ in range(before):
        run.step()
    fields, state = _read_fields(run), save_state(run)
    if _holds_generator(state):
        return {"stopped": "generator"}
    first, losses = copy.deepcopy(state), [run.step() for _ in range(after)]
    for _ in range(before + after):
        twin.step()
    return {"state": first, "later": state, "fields": fields, "losses": losses, "W": run.W, "twin": twin.W}


def resume_run(load_state, make_run, X, Y, seed, state, steps) -> list:
    """Load one state into two runs, each trained a little before, one after the other, and train each `steps` steps.

    Returns, for each, {"fields" (after loading), "losses", "W", "returned" (did load_state give back something else?)}.
    """
    done = []
    for number in range(2):
        run = make_run(X, Y, seed + number)
        for _ in range(2):
            run.step()
        returned = load_state(run, state)
        done.append({"fields": _read_fields(run), "losses": [run.step() for _ in range(steps)], "W": run.W,
                     "returned": returned is not None and returned is not run})  # fmt: skip
    return done


def measure_call(function, tiny, small, large) -> dict:
    """function(*large), measured: {"result", "seconds" (of the processor), "megabytes" (the most in use at once)}.

    tiny is called first, so that what the function imports is not counted; then small. Where that takes 0.05 s already,
    or memory runs out, large is not tried: {"stopped": "seconds" or "megabytes"}.
    """
    try:
        function(*tiny)
        begin = time.process_time()
        function(*small)
        if time.process_time() - begin > 0.05:
            return {"stopped": "seconds"}
        tracemalloc.start()
        begin = time.process_time()
        result = function(*large)
        seconds, (_, most) = time.process_time() - begin, tracemalloc.get_traced_memory()
        return {"result": result, "seconds": seconds, "megabytes": most / 1e6}
    except MemoryError:
        return {"stopped": "megabytes"}
    finally:
        tracemalloc.stop()


def _test_keras(model, x, y) -> dict:
    return {name: float(value) for name, value in model.test_on_batch(x, y, return_dict=True).items()}


def _read_fields(run) -> dict:
    """Copies of a run's numbers and arrays, but for its data, and its generator's state as text."""
    fields = {name: value for name, value in vars(run).items() if name not in ("X", "Y")}
    plain = {name: np.array(value) for name, value in fields.items() if np.asarray(value).dtype.kind in "biuf"}
    return {**plain, "generator": repr(run.rng.bit_generator.state)}


def _holds_generator(state) -> bool:
    if isinstance(state, Mapping):
        return any(map(_holds_generator, state.values()))
    if isinstance(state, (list, tuple)):
        return any(map(_holds_generator, state))
    return isinstance(state, (np.random.Generator, np.random.BitGenerator))


def _is_edge(edge) -> bool:
    return type(edge) in (tuple, list) and len(edge) == 2 and hasattr(edge[0], "grad")


class _TooManyWalks(Exception):
    """The edges were read more often than any order of the nodes needs."""


class _TooManyEpochs(Exception):
    """More epochs were trained than there are to replay."""


class _CountedEdges(tuple):
    """Edges of a node that count how often they are read."""

    def __iter__(self):
        return self._count(super().__iter__())

    def __getitem__(self, index):
        return self._count(super().__getitem__(index))

    def _count(self, value):
        self.walks[0] += 1
        if self.walks[0] > self.walks[1]:
            raise _TooManyWalks
        return value
