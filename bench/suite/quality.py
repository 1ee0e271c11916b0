"""Mean ROC AUC on labelled sets: 70 % train, 30 % are scored."""

import json
import subprocess
import sys
import warnings

import numpy as np
from peers import DRAWN, PEERS
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler

SEEDS = (1, 2, 3)


def read(path):
    """Rows and labels of one set."""
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            return arrays["X"].astype(float), arrays["y"].astype(int)
    values = np.loadtxt(path, delimiter=",", skiprows=1)
    return values[:, :-1], values[:, -1].astype(int)


def split(rows, labels, seed):
    training, query, _, truth = train_test_split(
        rows, labels, test_size=0.3, stratify=labels, random_state=seed
    )
    scaler = MinMaxScaler().fit(training)
    return scaler.transform(training), scaler.transform(query), truth


def our_auc(suite, plugins, name, training, query, truth, seed, folder):
    files = {"training": training, "query": query, "labels": truth}
    paths = {key: folder / f"{key}.f64" for key in files}
    for key, values in files.items():
        np.ascontiguousarray(values, dtype="<f8").tofile(paths[key])
    command = [suite, "quality", plugins, name, str(training.shape[1]), *paths.values(), str(seed)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(answer)["roc_auc"]


def peer_auc(make, training, query, truth, seed):
    """None where the peer refuses the rows, as CBLOF does where no cluster is small."""
    try:
        scores = make(seed).fit(training).decision_function(query)
    except ValueError:
        return None
    return roc_auc_score(truth, np.nan_to_num(scores, nan=0, posinf=1e300, neginf=-1e300))


def measure(suite, plugins, sets, folder):
    """Per detector the pairs of ours and the peer's, None where the peer has none."""
    warnings.filterwarnings("ignore")
    pairs = {name: [] for name in PEERS}
    for path in sets:
        rows, labels = read(path)
        for seed in SEEDS:
            training, query, truth = split(rows, labels, seed)
            for name, make in PEERS.items():
                for draw in range(DRAWN.get(name, 1)):
                    drawn = seed + 10 * draw
                    ours = our_auc(suite, plugins, name, training, query, truth, drawn, folder)
                    peer = make and peer_auc(make, training, query, truth, drawn)
                    pairs[name].append((ours, peer))
        print(f"{path.name}: done", file=sys.stderr)
    return pairs
