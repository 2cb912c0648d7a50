terraform {
  required_version = ">= 1.5"

  required_providers {
    google = {
      source = "hashicorp/google"
      # 7.21: the first in which a function can leave through a network of ours without a connector (network.tf).
      # 9.0: nobody has read its upgrade guide yet.
      version = ">= 7.21, < 9.0"
    }
  }

  # terraform init -backend-config=bucket=PROJECT-tfstate -backend-config=prefix=scim-bridge
  backend "gcs" {}
}

provider "google" {
  project        = var.project_id
  region         = var.region
  default_labels = { app = var.name }
}

data "google_project" "this" {
  project_id = var.project_id
}
