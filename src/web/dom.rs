//! The page around the canvas: what it says in plain HTML, and its address.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{
    AddEventListenerOptions, Document, Element, Event, EventTarget, HtmlElement, Window,
};

/// The element that the app draws on.
const CANVAS: &str = "app";
/// Where it is said what is going on; read out when it changes.
const STATE: &str = "status";
/// Where it is said how far the run is; not read out by itself.
const PROGRESS: &str = "progress";
/// Where something is offered, with buttons.
const OFFER: &str = "offer";
/// Shown instead of the canvas when something ends the program.
const MESSAGE: &str = "message";

/// What a button says, and what it does.
pub(super) type Button<'a> = (&'a str, Box<dyn FnMut()>);

/// The page.
#[derive(Clone)]
pub(super) struct Dom {
    window: Window,
    document: Document,
    /// What was said last, so that the same is not said again.
    said: Rc<RefCell<[String; 2]>>,
}

impl Dom {
    /// The page that runs this, if one does.
    pub fn find() -> Option<Self> {
        let window = web_sys::window()?;
        let document = window.document()?;
        Some(Self {
            window,
            document,
            said: Rc::default(),
        })
    }

    pub fn window(&self) -> &Window {
        &self.window
    }

    fn element(&self, name: &str) -> Option<Element> {
        self.document.get_element_by_id(name)
    }

    /// What the app draws on.
    pub fn canvas(&self) -> JsValue {
        self.element(CANVAS).into()
    }

    /// Whether the page found that its adapter is the processor.
    pub fn draws_in_software(&self) -> bool {
        let root = self.document.document_element();
        root.is_some_and(|root| root.has_attribute("data-software"))
    }

    /// The first picture is there.
    pub fn has_started(&self) {
        if let Some(root) = self.document.document_element() {
            let _ = root.set_attribute("data-started", "");
        }
    }

    /// Says what is going on, and how far it is, where that is new.
    pub fn say(&self, state: &str, progress: &str) {
        let mut said = self.said.borrow_mut();
        for ((said, name), text) in said
            .iter_mut()
            .zip([STATE, PROGRESS])
            .zip([state, progress])
        {
            if said != text {
                text.clone_into(said);
                if let Some(element) = self.element(name) {
                    element.set_text_content(Some(text));
                }
            }
        }
    }

    /// Lets a button be pressed, or not.
    pub fn enable(&self, name: &str, enabled: bool) {
        let Some(button) = self.element(name) else {
            return;
        };
        if button.has_attribute("disabled") == enabled {
            let _ = button.toggle_attribute_with_force("disabled", !enabled);
        }
    }

    /// Calls back when a button is pressed.
    pub fn on_click(&self, name: &str, mut call: impl FnMut() + 'static) {
        if let Some(button) = self.element(name) {
            listen(&button, "click", move |_| call());
        }
    }

    /// Offers something beside the canvas, until one of the buttons is pressed.
    pub fn offer<const N: usize>(&self, text: &str, buttons: [Button<'_>; N]) {
        let Some(offer) = self.element(OFFER) else {
            return;
        };
        offer.set_text_content(None);
        if let Ok(line) = self.document.create_element("p") {
            line.set_text_content(Some(text));
            let _ = offer.append_child(&line);
        }
        for (words, mut call) in buttons {
            let Ok(button) = self.document.create_element("button") else {
                continue;
            };
            button.set_text_content(Some(words));
            let _ = button.set_attribute("type", "button");
            let page = self.clone();
            listen(&button, "click", move |_| {
                call();
                if let Some(offer) = page.element(OFFER) {
                    let _ = offer.set_attribute("hidden", "");
                }
                if let Some(Ok(canvas)) = page.element(CANVAS).map(|c| c.dyn_into::<HtmlElement>())
                {
                    let _ = canvas.focus();
                }
            });
            let _ = offer.append_child(&button);
        }
        let _ = offer.remove_attribute("hidden");
    }

    /// What follows the # of the address.
    pub fn link(&self) -> Option<String> {
        let hash = self.window.location().hash().ok()?;
        let link = hash.strip_prefix('#')?;
        (!link.is_empty()).then(|| link.to_owned())
    }

    /// Changes the address, without a step in the browser's history.
    pub fn set_link(&self, link: &str) {
        if let Ok(history) = self.window.history() {
            let address = format!("#{link}");
            // Browsers refuse it when it comes too often; the next change brings it up to date.
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
        }
    }

    /// Says that the program has ended, and why.
    pub fn fail(&self, what: &str, why: &str) {
        let Some(message) = self.element(MESSAGE) else {
            return;
        };
        let texts = [
            ("h1", what),
            ("p", why),
            (
                "p",
                "Reload the page to start anew; what was downloaded is safe.",
            ),
        ];
        message.set_text_content(None);
        for (name, text) in texts {
            if let Ok(element) = self.document.create_element(name) {
                element.set_text_content(Some(text));
                let _ = message.append_child(&element);
            }
        }
        let _ = message.remove_attribute("hidden");
        if let Ok(message) = message.dyn_into::<HtmlElement>() {
            message.scroll_into_view();
        }
    }

    /// Says so when this program ends by a defect.
    pub fn tells_of_panics(&self) {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if let Some(dom) = Self::find() {
                dom.fail(
                    "The program has ended by a defect of its own",
                    &panic.to_string(),
                );
            }
            before(panic);
        }));
    }
}

/// Calls back at an event, before what lies deeper in the page, for as long as the page is there.
pub(super) fn listen(target: &EventTarget, name: &str, call: impl FnMut(Event) + 'static) {
    let call = Closure::<dyn FnMut(Event)>::new(call);
    let options = AddEventListenerOptions::new();
    options.set_capture(true);
    let added = target.add_event_listener_with_callback_and_add_event_listener_options(
        name,
        call.as_ref().unchecked_ref(),
        &options,
    );
    if added.is_ok() {
        call.forget();
    }
}
