"""How fast, how often and how safely work reaches customers: DORA's five measures of 2025."""

from vsm.model.delivery.deployments import (
    brought_by_deployments,
    production_deployments,
    tickets_of_deployments,
)
from vsm.model.delivery.failures import failures_of_deployments, incident_tickets
from vsm.model.delivery.measures import MEASURES, delivery_measures, delivery_weeks

__all__ = [
    "MEASURES",
    "brought_by_deployments",
    "delivery_measures",
    "delivery_weeks",
    "failures_of_deployments",
    "incident_tickets",
    "production_deployments",
    "tickets_of_deployments",
]
