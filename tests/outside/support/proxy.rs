//! A cable that can be cut: it stands between a server and what that server is connected to.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What becomes of bytes.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Mode {
    Pass,
    /// They wait, and connections stay open.
    Stall,
    /// New connections end at once.
    Refuse,
}

pub(crate) struct Proxy {
    port: u16,
    cable: Arc<Cable>,
}

struct Cable {
    mode: AtomicU8,
    delay_ms: AtomicU64,
    /// Connections made so far, and how many of the first of them are silent for ever.
    made: AtomicU64,
    silent: AtomicU64,
    /// Both ends of every connection: the near one and the far one.
    connections: Mutex<Vec<(TcpStream, TcpStream)>>,
}

impl Proxy {
    /// To that port of this machine.
    pub(crate) fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap().port();
        let cable = Arc::new(Cable {
            mode: AtomicU8::new(Mode::Pass as u8),
            delay_ms: AtomicU64::new(0),
            made: AtomicU64::new(0),
            silent: AtomicU64::new(0),
            connections: Mutex::default(),
        });
        let accepting = Arc::clone(&cable);
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                accepting.connect(near, port);
            }
        });
        Self { port: own, cable }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Everything as it should be.
    pub(crate) fn mend(&self) {
        self.cable.delay_ms.store(0, Ordering::SeqCst);
        self.cable.mode.store(Mode::Pass as u8, Ordering::SeqCst);
    }

    /// Ends every connection; new ones are made.
    pub(crate) fn cut(&self) {
        for (near, far) in self.cable.connections.lock().unwrap().drain(..) {
            let _ = near.shutdown(Shutdown::Both);
            let _ = far.shutdown(Shutdown::Both);
        }
    }

    /// Ends every connection, and new ones at once.
    pub(crate) fn cut_off(&self) {
        self.cable.mode.store(Mode::Refuse as u8, Ordering::SeqCst);
        self.cut();
    }

    /// Closes every connection in the one direction: what is asked arrives, and the asker is told
    /// that nothing more will come.
    pub(crate) fn half_close(&self) {
        for (near, _) in self.cable.connections.lock().unwrap().drain(..) {
            let _ = near.shutdown(Shutdown::Write);
        }
    }

    /// From now on every piece takes so much longer.
    pub(crate) fn delay(&self, delay: Duration) {
        self.cable.delay_ms.store(delay.as_millis() as u64, Ordering::SeqCst);
    }

    /// Over the connections that there are nothing arrives any more, and nobody is told; over new
    /// ones it does.
    pub(crate) fn silence(&self) {
        self.cable.silent.store(self.cable.made.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    /// From now on nothing arrives, and nobody is told.
    pub(crate) fn stall(&self) {
        self.cable.mode.store(Mode::Stall as u8, Ordering::SeqCst);
    }
}

impl Cable {
    fn is(&self, mode: Mode) -> bool {
        self.mode.load(Ordering::SeqCst) == mode as u8
    }

    fn connect(self: &Arc<Self>, near: TcpStream, port: u16) {
        if self.is(Mode::Refuse) {
            return;
        }
        let number = self.made.fetch_add(1, Ordering::SeqCst);
        let Ok(far) = TcpStream::connect(("127.0.0.1", port)) else { return };
        let ends = (near.try_clone().unwrap(), far.try_clone().unwrap());
        self.connections.lock().unwrap().push(ends);
        for (from, to) in [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)] {
            let cable = Arc::clone(self);
            std::thread::spawn(move || cable.carry(number, from, to));
        }
    }

    fn carry(&self, number: u64, mut from: TcpStream, mut to: TcpStream) {
        let mut piece = [0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut piece) {
            std::thread::sleep(Duration::from_millis(self.delay_ms.load(Ordering::SeqCst)));
            while self.is(Mode::Stall) || number < self.silent.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(5));
            }
            if to.write_all(&piece[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    }
}
