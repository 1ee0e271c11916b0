"""FastAPI and scikit-learn: fit and score the rows of one request."""

import numpy
from fastapi import FastAPI
from pydantic import BaseModel
from sklearn.ensemble import IsolationForest

app = FastAPI()


class Request(BaseModel):
    data: list[list[float]]
    detector_type: str = "isolation_forest"


@app.post("/api/v1/detect")
def detect(request: Request):
    rows = numpy.asarray(request.data)
    forest = IsolationForest(n_estimators=100, contamination=0.1, n_jobs=1).fit(rows)
    scores = -forest.score_samples(rows)
    threshold = float(numpy.quantile(scores, 0.9))
    results = [
        {"index": index, "score": float(score), "is_anomaly": bool(score > threshold)}
        for index, score in enumerate(scores)
    ]
    return {"threshold": threshold, "results": results}
