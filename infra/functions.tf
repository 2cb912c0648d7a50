# Three functions from one source: what faces the internet holds no credential of the target, and what holds it faces
# nobody. Each gets the settings it needs and no others.

locals {
  # Known before the functions are, because Cloud Run forms it from the name, so that each can be told its own address
  # and the others'. The address with a random part, which the console may show too, leads to the same function.
  urls     = { for face in ["scim", "jobs", "admin"] : face => "https://${var.name}-${face}-${data.google_project.this.number}.${var.region}.run.app" }
  base_url = local.has_domain ? "https://${var.domain}" : local.urls["scim"]

  faces = {
    scim = {
      description = "SCIM 2.0 for identity providers"
      memory      = "512Mi"
      concurrency = 8
      timeout     = 60
      min         = var.min_instances
      max         = max(var.min_instances, var.max_instances)
      ingress     = local.has_domain ? "ALLOW_INTERNAL_AND_GCLB" : "ALLOW_ALL"
      in_network  = var.private_jobs
      environment = merge(local.calls_jobs, local.reads_secrets)
    }
    jobs = {
      description = "Makes the target match what is wanted"
      memory      = "1Gi"
      concurrency = 16   # most of them wait for the one that works: a target has one writer
      timeout     = 1800 # a pull reads a whole directory
      min         = 0
      max         = 1
      ingress     = var.private_jobs ? "ALLOW_INTERNAL_ONLY" : "ALLOW_ALL"
      in_network  = var.static_egress_ip
      environment = merge(local.runs_jobs, local.reads_secrets, local.pulls ? local.reads_workspace : {})
    }
    admin = {
      description = "Health, held removals, activity, for people"
      memory      = "512Mi"
      concurrency = 8
      timeout     = 60
      min         = 0
      max         = 2
      ingress     = "ALLOW_ALL"
      in_network  = var.private_jobs
      environment = merge(local.calls_jobs, local.shows_people)
    }
  }

  calls_jobs = { JOBS_URL = local.urls["jobs"], JOBS_AUDIENCE = local.urls["jobs"] }
  runs_jobs = {
    JOBS_AUDIENCE = local.urls["jobs"]
    INVOKER_CHECK = "true"
    JOBS_CALLERS  = join(",", [for caller in local.callers_of_jobs : google_service_account.account[caller].email])
    OP_PATH       = "bin/op" # where the source archive has it
  }

  # Keyless: the account of the jobs signs for itself.
  reads_workspace = {
    SOURCE                 = "google_workspace"
    GOOGLE_SERVICE_ACCOUNT = google_service_account.account["jobs"].email
  }

  shows_people = {
    ADMIN_CALLERS = join(",", local.admin_callers)
    INVOKER_CHECK = "true"
  }
  # Who is in a group, IAM alone knows: of its people the bridge asks no more than the domain.
  admin_callers = distinct([for member in var.admin_members : regex(startswith(member, "group:") ? "@.+$" : "[^:]+$", member)])
  reads_secrets = { SECRETS_PREFIX = local.secret_prefix }

  common_environment = {
    SECRETS              = "secret_manager"
    STORE                = "firestore"
    TARGET               = "onepassword"
    GOOGLE_CLOUD_PROJECT = var.project_id
    FIRESTORE_DATABASE   = google_firestore_database.bridge.name
    BASE_URL             = local.base_url
    LOG_LEVEL            = "INFO"
  }

  # Which functions a setting of var.settings reaches.
  setting_faces = {
    ALLOWED_DOMAINS            = ["scim"]
    BULK_MAX_OPERATIONS        = ["scim"]
    BULK_MAX_PAYLOAD_BYTES     = ["scim"]
    DEFAULT_PAGE               = ["scim"]
    MAX_BODY_BYTES             = ["scim"]
    MAX_PAGE                   = ["scim"]
    SECRET_VERSIONS            = ["scim", "jobs"]
    SETTLE_WAIT_SECONDS        = ["scim"]
    EVENT_DAYS                 = ["scim", "jobs", "admin"]
    LOG_LEVEL                  = ["scim", "jobs", "admin"]
    HOLD_APPROVAL_HOURS        = ["jobs", "admin"]
    ADOPTED_GROUP_DELETION     = ["jobs"]
    REMOVAL_GROUP_LEAST        = ["jobs", "admin"]
    REMOVAL_GROUP_PERCENT      = ["jobs", "admin"]
    REMOVAL_PEOPLE_LEAST       = ["jobs", "admin"]
    REMOVAL_PEOPLE_PERCENT     = ["jobs", "admin"]
    REMOVAL_WINDOW_MINUTES     = ["jobs", "admin"]
    TARGET_CALLS_PER_DAY       = ["jobs"]
    TARGET_CALLS_PER_SECOND    = ["jobs"]
    GOOGLE_ADMIN               = ["jobs"]
    GOOGLE_CUSTOMER            = ["jobs"]
    SOURCE_CALLS_PER_MINUTE    = ["jobs"]
    SOURCE_PATIENCE_SECONDS    = ["jobs"]
    SOURCE_TIMEOUT_SECONDS     = ["jobs"]
    DRIFT_GROUP_DELETED        = ["jobs"]
    DRIFT_GROUP_RENAMED        = ["jobs"]
    DRIFT_MEMBERSHIP_GRANTED   = ["jobs"]
    DRIFT_MEMBERSHIP_MANAGER   = ["jobs"]
    DRIFT_MEMBERSHIP_REVOKED   = ["jobs"]
    DRIFT_PERSON_ADDRESS       = ["jobs"]
    DRIFT_PERSON_DELETED       = ["jobs"]
    DRIFT_PERSON_REACTIVATED   = ["jobs"]
    DRIFT_PERSON_RENAMED       = ["jobs"]
    DRIFT_PERSON_SUSPENDED     = ["jobs"]
    RECONCILE_INTERVAL_SECONDS = ["jobs"]
  }
  unknown_settings = setsubtract(keys(var.settings), keys(local.setting_faces))
}

resource "google_cloudfunctions2_function" "face" {
  for_each = local.faces

  name        = "${var.name}-${each.key}"
  location    = var.region
  description = each.value.description

  build_config {
    runtime           = "python313"
    entry_point       = each.key
    service_account   = google_service_account.account["build"].id
    docker_repository = google_artifact_registry_repository.images.id

    automatic_update_policy {} # patches of the base image come without a deployment

    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.source.name
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.account[each.key].email
    available_cpu                    = "1" # less allows one request at a time
    available_memory                 = each.value.memory
    max_instance_request_concurrency = each.value.concurrency
    timeout_seconds                  = each.value.timeout
    min_instance_count               = each.value.min
    max_instance_count               = each.value.max
    ingress_settings                 = each.value.ingress
    all_traffic_on_latest_revision   = true
    direct_vpc_egress                = each.value.in_network ? "VPC_EGRESS_ALL_TRAFFIC" : null

    dynamic "direct_vpc_network_interface" {
      for_each = each.value.in_network ? [1] : []

      content {
        network    = google_compute_network.egress[0].name
        subnetwork = google_compute_subnetwork.egress[0].name
      }
    }

    environment_variables = merge(
      local.common_environment,
      each.value.environment,
      { FACE = each.key, THREADS = tostring(each.value.concurrency) },
      { for name, value in var.settings : name => value if contains(lookup(local.setting_faces, name, []), each.key) },
    )
  }

  lifecycle {
    precondition {
      condition     = local.has_domain || length(var.allowed_ip_ranges) == 0
      error_message = "allowed_ip_ranges is enforced by the load balancer of domain; without domain nothing would enforce it."
    }

    precondition {
      condition     = length(local.unknown_settings) == 0
      error_message = "settings holds ${join(", ", local.unknown_settings)}, which Terraform sets itself or the bridge does not know in the cloud. It may hold: ${join(", ", keys(local.setting_faces))}."
    }
  }

  # Without these a build fails, and a function answers errors until they are there.
  depends_on = [
    google_artifact_registry_repository_iam_member.build_image,
    google_project_iam_member.build_copy,
    google_project_iam_member.build_log,
    google_storage_bucket_iam_member.build_source,
    google_project_iam_member.firestore,
    google_secret_manager_secret_iam_member.reader,
  ]
}
