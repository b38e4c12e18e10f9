# Shem Tov with its Chromium: `docker build -t shemtov .`, then compose.yaml.
FROM python:3.12-slim-bookworm

RUN apt-get update \
 && apt-get install -y --no-install-recommends chromium fonts-dejavu-core libatomic1 make \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 shemtov

WORKDIR /srv/shemtov
COPY requirements.lock pyproject.toml LICENSE README.md ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
 && mkdir /data && chown shemtov /data

USER shemtov
ENV SHEMTOV_DATA_DIR=/data SHEMTOV_CHROMIUM=/usr/bin/chromium PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
CMD ["shemtov", "worker"]
