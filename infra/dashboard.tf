# One page for whoever is woken: is it called, does it answer, does it deliver, does the clock run.

locals {
  effects = "logging_googleapis_com:user_${replace(var.name, "-", "_")}_effects{monitored_resource=\"cloud_run_revision\"}"
  face    = "{monitored_resource=\"cloud_run_revision\",service_name=~\"${var.name}-(scim|jobs|admin)\"}"

  charts = [
    { title = "Requests by answer (scim)", query = "sum by (response_code) (rate(${local.requests}}[5m]))" },
    { title = "Seconds to answer, 95 of 100 (scim)", query = "histogram_quantile(0.95, sum by (le) (rate(run_googleapis_com:request_latencies_bucket{monitored_resource=\"cloud_run_revision\",service_name=\"${var.name}-scim\"}[5m]))) / 1000" },
    { title = "What was recorded and delivered", query = "sum by (name) (increase(${local.effects}[10m]))" },
    { title = "Runs of the jobs", query = "sum by (job_id) (increase(logging_googleapis_com:user_${replace(var.name, "-", "_")}_runs{monitored_resource=\"cloud_scheduler_job\"}[10m]))" },
    { title = "Instances", query = "sum by (service_name) (run_googleapis_com:container_instance_count${local.face})" },
    { title = "Memory in use, 99 of 100", query = "histogram_quantile(0.99, sum by (service_name, le) (rate(run_googleapis_com:container_memory_utilizations_bucket${local.face}[5m])))" },
  ]
}

resource "google_monitoring_dashboard" "bridge" {
  dashboard_json = jsonencode({
    displayName = "SCIM bridge: ${var.name}"
    mosaicLayout = {
      columns = 12
      tiles = [for index, chart in local.charts : {
        xPos   = index % 2 * 6
        yPos   = floor(index / 2) * 4
        width  = 6
        height = 4
        widget = {
          title = chart.title
          xyChart = {
            dataSets = [{ plotType = "LINE", targetAxis = "Y1", timeSeriesQuery = { prometheusQuery = chart.query } }]
          }
        }
      }]
    }
  })

  depends_on = [google_project_service.api]
}
