"""FastAPI and isotree: fit and score the rows of one request."""

import isotree
import numpy
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Request(BaseModel):
    data: list[list[float]]
    detector_type: str = "isolation_forest"


@app.post("/api/v1/detect")
def detect(request: Request):
    rows = numpy.asarray(request.data)
    forest = isotree.IsolationForest(
        ntrees=100, sample_size=min(256, len(rows)), ndim=1, nthreads=1, missing_action="fail"
    ).fit(rows)
    scores = forest.predict(rows)
    threshold = float(numpy.quantile(scores, 0.9))
    results = [
        {"index": index, "score": float(score), "is_anomaly": bool(score > threshold)}
        for index, score in enumerate(scores)
    ]
    return {"threshold": threshold, "results": results}
