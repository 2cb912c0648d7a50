# What needs a person, told to one. The bridge says in its log what happened, under a fixed name; an alarm waits for the
# name. Conditions on metrics are PromQL without validation, because a metric that was just made is unknown for minutes.

locals {
  app_log   = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=~\"^${var.name}-(scim|jobs|admin)$\" AND NOT log_id(\"run.googleapis.com/requests\")"
  clock_log = "resource.type=\"cloud_scheduler_job\" AND resource.labels.job_id=~\"^${var.name}-\""

  named_alarms = {
    held = {
      title    = "removals are held"
      severity = "WARNING"
      names    = ["removals.held"]
      advice   = "More people or members would go than the removal limit allows; nothing beyond it was removed. Look at the admin page, or run `python -m scim holds`, then approve or discard exactly that list."
    }
    sign_in = {
      title    = "the target refuses the bridge's sign-in"
      severity = "CRITICAL"
      names    = ["op.failed"]
      and      = "jsonPayload.answer=(\"SignInRefused\" OR \"Barred\")"
      advice   = "Nothing is delivered until somebody mends the sign-in. Whatever arrives meanwhile is recorded and delivered afterwards. Check that the bridge's member is active and its policies allow it, then run `make rotate` for a new session."
    }
    behind = {
      title    = "changes wait too long for delivery"
      severity = "ERROR"
      names    = ["settle.behind"]
      advice   = "What identity providers asked for is recorded, but the target does not match it yet. The admin page says which changes wait and why."
    }
    confirm = {
      title    = "people who accepted cannot be confirmed"
      severity = "ERROR"
      names    = ["confirm.unavailable"]
      advice   = "The target did not answer when the bridge looked for people who accepted their invitation; they wait for the next pass. If this stays, the log line has the reason."
    }
    calls = {
      title    = "the target's daily limit of calls is near"
      severity = "WARNING"
      names    = ["target.calls_high"]
      advice   = "80 % of the calls that the account allows in a day are used. Past the limit nothing is delivered until they are free again."
    }
    token = {
      title    = "a bearer token expires soon"
      severity = "WARNING"
      names    = ["tokens.expiring"]
      advice   = "Run `make rotate`: the new token is live beside the old one, so there is time to enter it at the identity provider."
    }
    unreadable = {
      title    = "the tokens cannot be read"
      severity = "CRITICAL"
      names    = ["tokens.unreadable"]
      advice   = "Identity providers are refused as soon as no instance remembers the tokens. Check the secret ${local.secret_prefix}tokens: it needs an enabled version, and the account of the public function the right to read it."
    }
    drift = {
      title    = "most people seem to be gone from the target"
      severity = "ERROR"
      names    = ["drift.implausible"]
      advice   = "More than half of the people are not in the target's listing. Nothing was concluded from it. Look whether the bridge's member still sees everybody (`python -m scim doctor`), then `python -m scim reconcile`."
    }
    pull = {
      title    = "a pull was stopped"
      severity = "ERROR"
      names    = ["pull.stopped"]
      advice   = "The source showed nobody, far fewer people, or another group than before. Nothing was changed by it. Look at the reason (`python -m scim pull --plan`, or the admin page), and approve exactly that plan only if it is right."
    }
    crashed = {
      title    = "a job crashed"
      severity = "ERROR"
      names    = ["job.crashed", "settle.crashed"]
      advice   = "An error nobody foresaw. The log line has the cause; the change it happened to is tried again, with longer and longer pauses."
    }
  }

  # An alarm for each event, not two.
  alarmed_names = flatten([for alarm in local.named_alarms : alarm.names])

  log_alarms = merge(
    {
      for key, alarm in local.named_alarms : key => {
        title    = alarm.title
        severity = alarm.severity
        advice   = alarm.advice
        filter   = join(" AND ", compact([local.app_log, "jsonPayload.message=(${join(" OR ", [for name in alarm.names : "\"${name}\""])})", lookup(alarm, "and", "")]))
      }
    },
    {
      errors = {
        title    = "the bridge failed"
        severity = "ERROR"
        advice   = "An error nobody foresaw, or the database did not answer. The log line has the cause; what was not recorded was not confirmed either, so that the identity provider sends it again."
        filter   = "${local.app_log} AND severity>=ERROR AND NOT jsonPayload.message=(${join(" OR ", [for name in local.alarmed_names : "\"${name}\""])})"
      }
      run = {
        title    = "a pull or a reconciliation failed"
        severity = "ERROR"
        advice   = "Nothing was changed by it: a source that cannot be read whole changes nothing. The log of ${var.name}-jobs has the cause."
        filter   = "${local.clock_log} AND resource.labels.job_id=~\"-(pull|reconcile)$\" AND severity>=ERROR"
      }
    },
  )

  requests = "run_googleapis_com:request_count{monitored_resource=\"cloud_run_revision\",service_name=\"${var.name}-scim\""
  runs     = "logging_googleapis_com:user_${replace(var.name, "-", "_")}_runs{monitored_resource=\"cloud_scheduler_job\",job_id=\"${var.name}"

  metric_alarms = {
    failing = {
      title    = "identity providers get server errors"
      severity = "ERROR"
      duration = "0s"
      query    = "sum(increase(${local.requests},response_code_class=\"5xx\"}[5m])) > 5"
      advice   = "More than five answers in five minutes were 5xx. Identity providers try again; the log of ${var.name}-scim has the cause."
    }
    refused = {
      title    = "many requests without a valid token"
      severity = "WARNING"
      duration = "0s"
      query    = "sum(increase(${local.requests},response_code=\"401\"}[10m])) > 100"
      advice   = "An identity provider has an old token, or somebody is guessing, which 256 random bits withstand. `python -m scim token list` says which tokens are live."
    }
    silent_settle = {
      title    = "settle does not run"
      severity = "CRITICAL"
      duration = "600s"
      query    = "absent_over_time(${local.runs}-settle\"}[15m])"
      advice   = "No run has succeeded for a quarter of an hour, so nothing that was deferred is delivered. See the Cloud Scheduler job ${var.name}-settle and the log of ${var.name}-jobs."
    }
    silent_confirm = {
      title    = "confirm does not run"
      severity = "ERROR"
      duration = "600s"
      query    = "absent_over_time(${local.runs}-confirm\"}[30m])"
      advice   = "No run has succeeded for half an hour, so nobody who accepted an invitation is confirmed. See the Cloud Scheduler job ${var.name}-confirm and the log of ${var.name}-jobs."
    }
  }

  channels = [for channel in google_monitoring_notification_channel.email : channel.name]
}

resource "google_monitoring_notification_channel" "email" {
  for_each = toset(var.alert_emails)

  display_name = "SCIM bridge: ${each.value}"
  type         = "email"
  labels       = { email_address = each.value }

  lifecycle {
    create_before_destroy = true # it cannot be destroyed while an alarm tells it
  }

  depends_on = [google_project_service.api]
}

# ── metrics that are counted from logs ─────────────────────────────────────────────────────────────────────

resource "google_logging_metric" "runs" {
  name        = "${var.name}-runs"
  description = "Runs of the jobs that succeeded"
  filter      = "${local.clock_log} AND jsonPayload.\"@type\"=~\"AttemptFinished$\" AND severity<ERROR"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }

  depends_on = [google_project_service.api]
}

resource "google_logging_metric" "effects" {
  name        = "${var.name}-effects"
  description = "What was recorded, delivered, held and refused, by name"
  filter      = "${local.app_log} AND jsonPayload.message=~\"^(user|group|membership|removal|removals|settle|confirm|op|tokens)\\.\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"

    labels {
      key        = "name"
      value_type = "STRING"
    }
  }

  label_extractors = { name = "EXTRACT(jsonPayload.message)" }

  depends_on = [google_project_service.api]
}

# ── alarms ─────────────────────────────────────────────────────────────────────────────────────────────────

resource "google_monitoring_alert_policy" "log" {
  for_each = local.log_alarms

  display_name          = "SCIM bridge: ${each.value.title}"
  severity              = each.value.severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = each.value.title

    condition_matched_log {
      filter = each.value.filter
    }
  }

  alert_strategy {
    auto_close = "86400s"

    notification_rate_limit {
      period = "3600s"
    }
  }

  documentation {
    content   = each.value.advice
    mime_type = "text/markdown"
  }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_alert_policy" "metric" {
  for_each = local.metric_alarms

  display_name          = "SCIM bridge: ${each.value.title}"
  severity              = each.value.severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = each.value.title

    condition_prometheus_query_language {
      query                     = each.value.query
      duration                  = each.value.duration
      evaluation_interval       = "60s"
      disable_metric_validation = true
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    content   = each.value.advice
    mime_type = "text/markdown"
  }

  depends_on = [google_logging_metric.runs]
}

# ── from outside ───────────────────────────────────────────────────────────────────────────────────────────

resource "google_monitoring_uptime_check_config" "ping" {
  display_name     = "SCIM bridge: ping"
  timeout          = "30s" # a cold start is no outage
  period           = "300s"
  selected_regions = ["USA_VIRGINIA", "EUROPE", "ASIA_PACIFIC"]

  http_check {
    path         = "/ping"
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  content_matchers {
    content = "pong"
  }

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project_id, host = trimprefix(local.base_url, "https://") }
  }

  lifecycle {
    create_before_destroy = true # it cannot be destroyed while an alarm watches it
  }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_alert_policy" "unreachable" {
  display_name          = "SCIM bridge: it cannot be reached"
  severity              = "CRITICAL"
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = "/ping does not answer from two regions"

    condition_threshold {
      filter          = "metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.label.check_id=\"${google_monitoring_uptime_check_config.ping.uptime_check_id}\" AND resource.type=\"uptime_url\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "300s"

      aggregations {
        alignment_period     = "1200s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
      }

      trigger {
        count = 1
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    content   = "${local.base_url}/ping should answer `pong`. If it answers 403 in HTML, the public access of ${var.name}-scim is closed: see `terraform output public_access_command`."
    mime_type = "text/markdown"
  }
}
