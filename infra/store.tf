# The database: what is wanted, what is linked, what is owed. No plan destroys it, whatever changes: prevent_destroy
# stops Terraform, the delete protection stops everybody, and ABANDON leaves it be should this file ever go.

resource "google_firestore_database" "bridge" {
  name                              = var.name
  location_id                       = local.firestore_location
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "OPTIMISTIC"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = "DELETE_PROTECTION_ENABLED"
  deletion_policy                   = "ABANDON"

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.api]
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.bridge.name
  retention = "2419200s" # four weeks; point-in-time recovery covers the last seven days by the minute

  daily_recurrence {}
}

# ── indexes: every field has its own, no query needs a composite one ───────────────────────────────────────
# Without an index: what no query reads (each element of a map or list would be an entry, of which a document may have
# 40,000), and what grows with time (an index of ascending values bounds writes to 500 a second).

locals {
  firestore_location = var.firestore_location != "" ? var.firestore_location : var.region
  unindexed = {
    users       = ["user", "group_ids"]
    groups      = ["group"]
    memberships = ["wanted", "attempts", "last_error"]
    keys        = ["*"]
    events      = ["*"]
    ledgers     = ["*"]
    notes       = ["*"]
  }
  unindexed_fields = merge([
    for collection, fields in local.unindexed : {
      for field in fields : "${collection}.${field}" => { collection = collection, field = field }
    }
  ]...)
}

resource "google_firestore_field" "unindexed" {
  for_each = local.unindexed_fields

  database   = google_firestore_database.bridge.name
  collection = each.value.collection
  field      = each.value.field

  index_config {}
}

# Events are listed newest first, all of them or those of one resource.
resource "google_firestore_field" "event_order" {
  for_each = toset(["id", "happened_to"])

  database   = google_firestore_database.bridge.name
  collection = "events"
  field      = each.value

  index_config {
    indexes {
      order = "ASCENDING"
    }
    indexes {
      order = "DESCENDING"
    }
  }

  depends_on = [google_firestore_field.unindexed]
}

resource "google_firestore_field" "event_expiry" {
  database   = google_firestore_database.bridge.name
  collection = "events"
  field      = "expire_at"

  ttl_config {}
  index_config {}

  depends_on = [google_firestore_field.unindexed]
}

# ── browsers and phones: nothing, for anybody; the functions come through IAM ──────────────────────────────

resource "google_firebaserules_ruleset" "deny" {
  source {
    files {
      name    = "firestore.rules"
      content = <<-EOT
        rules_version = '2';
        service cloud.firestore {
          match /databases/{database}/documents {
            match /{document=**} {
              allow read, write: if false;
            }
          }
        }
      EOT
    }
  }

  depends_on = [google_firestore_database.bridge]
}

resource "google_firebaserules_release" "deny" {
  name         = "cloud.firestore/${google_firestore_database.bridge.name}"
  ruleset_name = google_firebaserules_ruleset.deny.name

  lifecycle {
    replace_triggered_by = [google_firebaserules_ruleset.deny]
  }
}
