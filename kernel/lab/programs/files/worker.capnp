using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:8080", http = (), service = "main")]
);

const worker :Workerd.Worker = (
  serviceWorkerScript = "addEventListener('fetch', e => e.respondWith(new Response('ok')));",
  compatibilityDate = "2024-01-01",
);
