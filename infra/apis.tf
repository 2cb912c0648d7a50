# What the project has to offer. Nothing is switched off again on destroy: others may use it by then.

locals {
  apis = concat(
    [
      "artifactregistry.googleapis.com",
      "cloudbuild.googleapis.com",
      "cloudfunctions.googleapis.com",
      "cloudresourcemanager.googleapis.com",
      "cloudscheduler.googleapis.com",
      "firebaserules.googleapis.com",
      "firestore.googleapis.com",
      "iam.googleapis.com",
      "logging.googleapis.com",
      "monitoring.googleapis.com",
      "run.googleapis.com",
      "secretmanager.googleapis.com",
      "storage.googleapis.com",
    ],
    local.pulls ? ["admin.googleapis.com", "iamcredentials.googleapis.com"] : [],
    local.has_network || local.has_domain ? ["compute.googleapis.com"] : [],
  )
}

resource "google_project_service" "api" {
  for_each = toset(local.apis)

  service                    = each.value
  disable_on_destroy         = false
  disable_dependent_services = false
}
