# Who may do what, and nothing else (docs/security.md): one account for each function, one for the schedule, one for
# builds. None has a key. Who may read which secret stands in secrets.tf.

locals {
  accounts = {
    scim      = "SCIM bridge: the public API"
    jobs      = "SCIM bridge: the jobs that change the target"
    admin     = "SCIM bridge: the page for people"
    scheduler = "SCIM bridge: the clock of the jobs"
    build     = "SCIM bridge: builds the functions"
  }

  callers_of_jobs = ["scim", "admin", "scheduler"]
}

resource "google_service_account" "account" {
  for_each = local.accounts

  account_id   = "${var.name}-${each.key}"
  display_name = each.value

  depends_on = [google_project_service.api]
}

# ── the database: the three functions, this database only ──────────────────────────────────────────────────

resource "google_project_iam_member" "firestore" {
  for_each = toset(["scim", "jobs", "admin"])

  project = var.project_id
  role    = "roles/datastore.user"
  member  = google_service_account.account[each.key].member

  condition {
    title      = "${var.name}-database"
    expression = "resource.name == \"projects/${var.project_id}/databases/${google_firestore_database.bridge.name}\""
  }
}

# ── who may call which function ────────────────────────────────────────────────────────────────────────────

resource "google_cloud_run_v2_service_iam_member" "jobs_invoker" {
  for_each = toset(local.callers_of_jobs)

  location = var.region
  name     = google_cloudfunctions2_function.face["jobs"].name
  role     = "roles/run.invoker"
  member   = google_service_account.account[each.key].member
}

resource "google_cloud_run_v2_service_iam_member" "admin_invoker" {
  for_each = toset(var.admin_members)

  location = var.region
  name     = google_cloudfunctions2_function.face["admin"].name
  role     = "roles/run.invoker"
  member   = each.value
}

# The only public door. Behind it the bridge asks for a token before it looks at anything else.
resource "google_cloud_run_v2_service_iam_member" "public" {
  count = var.public_access == "all_users" ? 1 : 0

  location = var.region
  name     = google_cloudfunctions2_function.face["scim"].name
  role     = "roles/run.invoker"
  member   = "allUsers"
}

# ── Google Workspace, read-only: signing for itself, so that there is no key file ──────────────────────────

resource "google_service_account_iam_member" "delegation" {
  count = local.pulls ? 1 : 0

  service_account_id = "projects/${var.project_id}/serviceAccounts/${google_service_account.account["jobs"].email}"
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = google_service_account.account["jobs"].member
}

# ── builds: read the source, keep the image, write the log ─────────────────────────────────────────────────

resource "google_project_iam_member" "build_log" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.account["build"].member
}

resource "google_artifact_registry_repository_iam_member" "build_image" {
  location   = var.region
  repository = google_artifact_registry_repository.images.repository_id
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.account["build"].member
}

resource "google_storage_bucket_iam_member" "build_source" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.account["build"].member
}

# Google copies the source to a bucket of this name, which does not exist before the first deployment.
resource "google_project_iam_member" "build_copy" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.account["build"].member

  condition {
    title      = "${var.name}-function-sources"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${data.google_project.this.number}-${var.region}\")"
  }
}
