using Spectre.Console;

namespace MmapIo.Tool.Reports;

/// <summary>For people at a terminal: the path of each file, and below it a sentence of what was done.</summary>
internal sealed class SentenceReport<T>(TextWriter output, Func<T, string> path, Func<T, string> sentence) : IReport<T>
{
    private readonly IAnsiConsole _console = Terminal.On(output);

    public void Add(T file)
    {
        // Text takes a name as it is; markup would make a style of the brackets in it.
        _console.Write(new Rows(
            new Text(Printable.Escape(path(file)), new Style(decoration: Decoration.Bold)),
            new Text("  " + sentence(file))));
    }

    public void Dispose()
    {
    }
}
