# The clock: what the bridge does when nobody asks. The times are UTC.

locals {
  pulls = var.pull_schedule != ""

  # A run that failed comes again with the next minute; those that come seldom are tried again.
  schedules = merge(
    {
      settle  = { when = "* * * * *", deadline = "180s", retries = 0 }
      confirm = { when = "*/5 * * * *", deadline = "300s", retries = 0 }
    },
    local.pulls ? { pull = { when = var.pull_schedule, deadline = "1800s", retries = 1 } } : {},
    var.reconcile_schedule != "" ? { reconcile = { when = var.reconcile_schedule, deadline = "1800s", retries = 1 } } : {},
  )
}

resource "google_cloud_scheduler_job" "job" {
  for_each = local.schedules

  name             = "${var.name}-${each.key}"
  region           = var.region
  description      = "Runs ${each.key} of the SCIM bridge"
  schedule         = each.value.when
  time_zone        = "Etc/UTC"
  attempt_deadline = each.value.deadline

  retry_config {
    retry_count          = each.value.retries
    min_backoff_duration = "30s"
  }

  http_target {
    uri         = "${local.urls["jobs"]}/${each.key}"
    http_method = "POST"

    oidc_token {
      service_account_email = google_service_account.account["scheduler"].email
      audience              = local.urls["jobs"]
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.jobs_invoker]
}
