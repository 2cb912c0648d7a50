# Only with domain: a load balancer with a certificate and a filter in front of the public function, which then answers
# to nobody else, so that the filter cannot be walked around.

locals {
  has_domain = var.domain != ""
  edge       = local.has_domain ? 1 : 0

  # At most ten ranges fit one rule. Rule 1,000 leaves /ping to the uptime check, which calls from anywhere.
  ip_rules = { for index, ranges in chunklist(var.allowed_ip_ranges, 10) : 1100 + index => ranges }
}

resource "google_compute_global_address" "edge" {
  count = local.edge

  name = var.name

  depends_on = [google_project_service.api]
}

resource "google_compute_region_network_endpoint_group" "edge" {
  count = local.edge

  name                  = var.name
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = google_cloudfunctions2_function.face["scim"].name
  }
}

resource "google_compute_security_policy" "edge" {
  count = local.edge

  name        = var.name
  description = "Who may call the SCIM bridge, and how often"

  rule {
    action      = "allow"
    priority    = 1000
    description = "The uptime check"

    match {
      expr {
        expression = "request.path == '/ping'"
      }
    }
  }

  dynamic "rule" {
    for_each = local.ip_rules

    content {
      action      = "throttle"
      priority    = rule.key
      description = "Allowed addresses, each up to 3,000 requests a minute"

      match {
        versioned_expr = "SRC_IPS_V1"

        config {
          src_ip_ranges = rule.value
        }
      }

      rate_limit_options {
        conform_action = "allow"
        exceed_action  = "deny(429)"
        enforce_on_key = "IP"

        rate_limit_threshold {
          count        = 3000
          interval_sec = 60
        }
      }
    }
  }

  dynamic "rule" {
    for_each = length(local.ip_rules) == 0 ? [1] : []

    content {
      action      = "throttle"
      priority    = 2147483646
      description = "Any address, each up to 3,000 requests a minute"

      match {
        versioned_expr = "SRC_IPS_V1"

        config {
          src_ip_ranges = ["*"]
        }
      }

      rate_limit_options {
        conform_action = "allow"
        exceed_action  = "deny(429)"
        enforce_on_key = "IP"

        rate_limit_threshold {
          count        = 3000
          interval_sec = 60
        }
      }
    }
  }

  rule {
    action      = "deny(403)"
    priority    = 2147483647
    description = "Everybody else"

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_compute_backend_service" "edge" {
  count = local.edge

  name                  = var.name
  load_balancing_scheme = "EXTERNAL_MANAGED"
  security_policy       = google_compute_security_policy.edge[0].id

  backend {
    group = google_compute_region_network_endpoint_group.edge[0].id
  }
}

resource "google_compute_url_map" "edge" {
  count = local.edge

  name            = var.name
  default_service = google_compute_backend_service.edge[0].id
}

# Named by its domain: a certificate cannot be changed, and the old one serves until the new one is there.
resource "google_compute_managed_ssl_certificate" "edge" {
  count = local.edge

  name = "${var.name}-${substr(sha256(var.domain), 0, 8)}"

  managed {
    domains = [var.domain]
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [google_project_service.api]
}

resource "google_compute_ssl_policy" "edge" {
  count = local.edge

  name            = var.name
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"

  depends_on = [google_project_service.api]
}

resource "google_compute_target_https_proxy" "edge" {
  count = local.edge

  name             = var.name
  url_map          = google_compute_url_map.edge[0].id
  ssl_certificates = [google_compute_managed_ssl_certificate.edge[0].id]
  ssl_policy       = google_compute_ssl_policy.edge[0].id
}

resource "google_compute_global_forwarding_rule" "edge" {
  count = local.edge

  name                  = var.name
  load_balancing_scheme = "EXTERNAL_MANAGED"
  target                = google_compute_target_https_proxy.edge[0].id
  ip_address            = google_compute_global_address.edge[0].id
  port_range            = "443"
}
