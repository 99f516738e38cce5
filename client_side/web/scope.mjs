// The widget of bridge.scope: an anywidget module.
import "uplot/dist/uPlot.min.css";

export default { render() {} };
