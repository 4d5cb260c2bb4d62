"""What a fleet has once: keys, app secret, functions, queues, table, alarms. All of it in the base stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from infra.alarm_topic import AlarmTopic, AlarmTopicArgs
from infra.app_secret import AppSecret, AppSecretArgs
from infra.calendar_function import CalendarFunction, CalendarFunctionArgs
from infra.change_alarm import ChangeAlarm, ChangeAlarmArgs
from infra.client_secret_function import ClientSecretFunction, ClientSecretFunctionArgs
from infra.consent_function import ConsentFunction, ConsentFunctionArgs
from infra.credential_queues import CredentialQueues, CredentialQueuesArgs
from infra.encryption_key import EncryptionKey, EncryptionKeyArgs
from infra.event_bus import EventBus, EventBusArgs
from infra.fleet_table import FleetTable, FleetTableArgs
from infra.held_key import HeldKey, HeldKeyArgs
from infra.one_reader import OneReader, OneReaderArgs
from infra.rotation_function import RotationFunction, RotationFunctionArgs
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from provisioning.fleet import Fleet


def declare_shared(fleet: Fleet, place: Place, on_aws: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """Declare it, and give the ARN of the key that sellers' secrets are encrypted with."""
    settings = fleet.settings
    key = EncryptionKey("key", EncryptionKeyArgs(place=place), on_aws)
    app = AppSecret("app", AppSecretArgs(place=place, key_arn=key.arn), on_aws)
    queues = CredentialQueues("queues", CredentialQueuesArgs(place=place), on_aws)
    table = FleetTable("table", FleetTableArgs(place=place), on_aws)
    alarms = AlarmTopic("alarms", AlarmTopicArgs(place=place, contact=settings.application.contact), on_aws)
    bus = EventBus("bus", EventBusArgs(place=place), on_aws) if settings.events else None
    rotates = RotationFunctionArgs(
        place=place,
        key_arn=key.arn,
        app_secret_arn=app.arn,
        alarm_topic_arn=alarms.arn,
        key_profiles=settings.key_profiles,
        reminders=settings.consent.template,
        bus_name=bus.name if bus else None,
    )
    rotation = RotationFunction("rotation", rotates, on_aws)
    renews = ClientSecretFunctionArgs(
        place=place,
        key_arn=key.arn,
        queues_key_arn=queues.key_arn,
        queue_arns={naming.NEW_SECRET: queues.new_secret_arn, naming.EXPIRY: queues.expiry_arn},
        app_secret_arn=app.arn,
        table_name=table.name,
        alarm_topic_arn=alarms.arn,
    )
    ClientSecretFunction("client-secret", renews, on_aws)
    watches = CalendarFunctionArgs(
        place=place,
        application=settings.application,
        roles=settings.consent.roles,
        alarm_topic_arn=alarms.arn,
        key_arn=key.arn,
        queues_key_arn=queues.key_arn,
        app_secret_arn=app.arn,
        table_name=table.name,
        client_secret=settings.client_secret,
    )
    CalendarFunction("calendar", watches, on_aws)
    held_key = HeldKey("held-key", HeldKeyArgs(place=place), on_aws) if settings.consent.pages else None
    if held_key:
        takes_in = ConsentFunctionArgs(
            place=place,
            settings=settings,
            key_arn=key.arn,
            held_key_arn=held_key.arn,
            app_secret_arn=app.arn,
            table_name=table.name,
            alarm_topic_arn=alarms.arn,
        )
        consent = ConsentFunction("consent", takes_in, on_aws)
        pulumi.export("consent_address", consent.address)
    keys = [key.arn, queues.key_arn, *([held_key.arn] if held_key else [])]
    ChangeAlarm("changed", ChangeAlarmArgs(place=place, key_arns=keys, alarm_topic_arn=alarms.arn), on_aws)
    if settings.isolation == "one-role":
        OneReader("reader", OneReaderArgs(place=place, key_arn=key.arn), on_aws)
    pulumi.export("key_arn", key.arn)
    pulumi.export("rotation_function_arn", rotation.arn)
    pulumi.export("app_secret_name", fleet.app_secret)
    pulumi.export("new_secret_queue_arn", queues.new_secret_arn)
    pulumi.export("secret_expiry_queue_arn", queues.expiry_arn)
    return key.arn
