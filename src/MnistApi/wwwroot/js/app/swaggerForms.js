// For Swagger UI, which runs it before it starts: each Content-Type begins with its own example. By itself it keeps a body that was edited,
// and shows a picked file as the text of the JSON form.

const beginAgain = () => ({
  statePlugins: {
    oas3: {
      wrapActions: {
        setRequestContentType: (choose, system) => (choice) => {
          choose(choice);
          system.oas3Actions.setRequestBodyValue({ value: undefined, pathMethod: choice.pathMethod });
        },
      },
    },
  },
});

const { presets } = window.SwaggerUIBundle;
presets.apis = [presets.apis, beginAgain]; // its own way to name plugins calls eval, which the Content-Security-Policy forbids
