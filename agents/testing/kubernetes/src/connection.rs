//! Connections: TLS, then HTTP, as long as the client stays.

use std::io;
use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::answer::Answer;
use crate::api::Api;
use crate::cluster::Reach;
use crate::counts::{Ledger, Request};

/// Accepts connections for as long as it is polled.
pub(crate) async fn serve(listener: TcpListener, acceptor: TlsAcceptor, api: Arc<Api>, ledger: Ledger) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, api, ledger) = (acceptor.clone(), api.clone(), ledger.clone());
        tokio::spawn(async move {
            let _open = ledger.connection();
            // A connection that breaks is what some tests are about.
            let _ = match api.cluster.reach {
                Reach::Silent => listen(stream).await,
                _ => speak(stream, acceptor, api, &ledger).await,
            };
        });
    }
}

/// Takes all, says nothing.
async fn listen(mut stream: TcpStream) -> io::Result<()> {
    while stream.read(&mut [0; 1024]).await? > 0 {}
    Ok(())
}

async fn speak(stream: TcpStream, acceptor: TlsAcceptor, api: Arc<Api>, ledger: &Ledger) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let stream = acceptor.accept(stream).await?;
    // A certificate that the handshake took is the one client's.
    let is_known = stream.get_ref().1.peer_certificates().is_some();
    let service = service_fn(|request| {
        let api = api.clone();
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let (cluster, method) = (api.cluster.name.clone(), request.method().to_string());
        let active = ledger.request(Request { cluster, method, path });
        async move {
            let answer: Answer = api.answer(request, is_known).await?;
            // It is being answered until the last of it is on its way.
            Ok::<_, io::Error>(answer.map(|body| {
                let counted = body.map_frame(move |frame| {
                    let _ = &active;
                    frame
                });
                counted.boxed_unsync()
            }))
        }
    });
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    served.map_err(io::Error::other)
}
