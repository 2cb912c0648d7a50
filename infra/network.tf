# Only with static_egress_ip or private_jobs: a network through which functions leave. Google's own services, and jobs
# that answer inside the project only, are reached by Private Google Access; everything else by the fixed address.

locals {
  has_network = var.static_egress_ip || var.private_jobs
}

resource "google_compute_network" "egress" {
  count = local.has_network ? 1 : 0

  name                    = var.name
  auto_create_subnetworks = false

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [google_project_service.api]
}

# The smallest range that functions may use. It may take two hours after the last function before it can be destroyed.
resource "google_compute_subnetwork" "egress" {
  count = local.has_network ? 1 : 0

  name                     = var.name
  region                   = var.region
  network                  = google_compute_network.egress[0].id
  ip_cidr_range            = "10.8.0.0/26"
  private_ip_google_access = true

  lifecycle {
    create_before_destroy = true # it cannot be destroyed before the functions have left it
  }
}

resource "google_compute_address" "egress" {
  count = var.static_egress_ip ? 1 : 0

  name         = "${var.name}-egress"
  region       = var.region
  address_type = "EXTERNAL"

  depends_on = [google_project_service.api]
}

resource "google_compute_router" "egress" {
  count = var.static_egress_ip ? 1 : 0

  name    = var.name
  region  = var.region
  network = google_compute_network.egress[0].id
}

resource "google_compute_router_nat" "egress" {
  count = var.static_egress_ip ? 1 : 0

  name                               = var.name
  region                             = var.region
  router                             = google_compute_router.egress[0].name
  nat_ip_allocate_option             = "MANUAL_ONLY"
  nat_ips                            = [google_compute_address.egress[0].self_link]
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"

  subnetwork {
    name                    = google_compute_subnetwork.egress[0].id
    source_ip_ranges_to_nat = ["ALL_IP_RANGES"]
  }

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}
