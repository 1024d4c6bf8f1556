// Stands in for Node's crypto module, which the library asks for only where Web Crypto is absent.
throw new Error("this browser has no Web Crypto; open the page over https or on localhost");
