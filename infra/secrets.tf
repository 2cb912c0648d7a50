# Containers only. The values are added by `make deploy` and `make rotate` and never pass through here: whoever can read
# the state reads no secret. One account may read each; nobody has a right over all of them.

locals {
  secret_readers = {
    tokens      = "scim" # hashes of the bearer tokens
    scimsession = "jobs" # the sign-in of the bridge's member at the target
  }
  secret_prefix = "${var.name}-"
}

resource "google_secret_manager_secret" "secret" {
  for_each = local.secret_readers

  secret_id           = "${local.secret_prefix}${each.key}"
  deletion_protection = true
  version_destroy_ttl = "604800s" # a version that was destroyed by mistake can be had back for a week

  replication {
    auto {}
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = local.secret_readers

  secret_id = google_secret_manager_secret.secret[each.key].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.account[each.value].member
}
