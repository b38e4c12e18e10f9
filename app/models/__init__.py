"""Tables only, one noun per file."""

from app.models.agreement import Agreement
from app.models.annotation import Annotation
from app.models.api_key import ApiKey
from app.models.base import metadata
from app.models.blob import Blob
from app.models.brand import Brand, OwnedSite
from app.models.canary import Canary
from app.models.change import Change
from app.models.hit import Hit, VerdictEvent
from app.models.label_rule import LabelRule
from app.models.lane import Lane
from app.models.link import Link
from app.models.membership import Membership
from app.models.operation import Operation
from app.models.parse import Feature, Parse, Result
from app.models.person import Person
from app.models.picture import Picture
from app.models.removal import Removal
from app.models.report import Report
from app.models.review import Review
from app.models.search import Search
from app.models.signin import Signin
from app.models.snapshot import Attempt, Fetch, Snapshot
from app.models.source_state import SourceState
from app.models.tombstone import Tombstone
from app.models.worker import Worker
from app.models.workspace import Workspace

__all__ = [
    "Agreement",
    "Annotation",
    "ApiKey",
    "Attempt",
    "Blob",
    "Brand",
    "Canary",
    "Change",
    "Feature",
    "Fetch",
    "Hit",
    "LabelRule",
    "Lane",
    "Link",
    "Membership",
    "Operation",
    "OwnedSite",
    "Parse",
    "Person",
    "Picture",
    "Removal",
    "Report",
    "Result",
    "Review",
    "Search",
    "Signin",
    "Snapshot",
    "SourceState",
    "Tombstone",
    "VerdictEvent",
    "Worker",
    "Workspace",
    "metadata",
]
