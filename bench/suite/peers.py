"""PyOD's detectors beside ours, with its defaults."""

from pyod.models.cblof import CBLOF
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from pyod.models.inne import INNE
from pyod.models.kde import KDE
from pyod.models.knn import KNN
from pyod.models.lof import LOF
from pyod.models.mcd import MCD
from sklearn.covariance import EmpiricalCovariance


class Mahalanobis:
    """PyOD has none: scikit-learn's, which MCD is built on."""

    def fit(self, rows):
        self.model = EmpiricalCovariance().fit(rows)
        self.decision_scores_ = self.decision_function(rows)
        return self

    def decision_function(self, rows):
        return self.model.mahalanobis(rows)


# Ours -> its peer with a seed; None where PyOD has none: its MAD takes one column only.
PEERS = {
    "cblof": lambda seed: CBLOF(random_state=seed),
    "ecod": lambda seed: ECOD(),
    "hbos": lambda seed: HBOS(),
    "inne": lambda seed: INNE(random_state=seed),
    "kde": lambda seed: KDE(),
    "knn": lambda seed: KNN(),
    "lof": lambda seed: LOF(),
    "mad": None,
    "mahalanobis": lambda seed: Mahalanobis(),
    "mcd": lambda seed: MCD(random_state=seed),
}
# Where PyOD's default cannot be used on the timed rows: no cluster of one bell is small.
TIMED = PEERS | {"cblof": lambda seed: CBLOF(random_state=seed, alpha=0.6)}
# Drawn at random: their quality is a mean over this many seeds.
DRAWN = {"cblof": 3, "inne": 3, "mcd": 3}
