using MmapIo.Tool.Files;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MmapIo.Tool.Reports;

/// <summary>A few lines per file for people at a terminal, with a strip as wide as it.</summary>
internal sealed class TerminalReport : IResidencyReport
{
    private const int Indent = 2;
    private const int LabelWidth = 10;
    private const int NarrowestStrip = 8;

    // Wider than that, a row is no longer taken in at a glance.
    private const int WidestStrip = 256;

    private static readonly Style s_path = new(decoration: Decoration.Bold);
    private static readonly Style s_label = new(Color.Grey);
    private static readonly Style s_resident = new(Color.Green);
    private static readonly Style s_absent = new(Color.Grey);
    private static readonly Style s_unknown = new(Color.Yellow);

    private readonly IAnsiConsole _console;
    private readonly string _cells;
    private bool _begun;

    public TerminalReport(TextWriter output)
    {
        _console = Terminal.On(output);
        _cells = ResidencyStrip.CellsFor(output.Encoding);
    }

    // The width is asked for each time: a window may be resized between two files.
    public int SliceLimit => Math.Clamp(_console.Profile.Width - (2 * Indent), NarrowestStrip, WidestStrip);

    public void Add(FileResidency file)
    {
        // Text and Paragraph take a name as it is; markup would make a style of the brackets in it.
        List<IRenderable> rows = [new Text(Printable.Escape(file.Path), s_path), Size(file), Resident(file)];
        if (file.Slices.Count != 0)
        {
            rows.Add(Strip(file.Slices));
        }
        if (_begun)
        {
            _console.WriteLine();
        }
        _console.Write(new Rows(rows));
        _begun = true;
    }

    public void Dispose()
    {
    }

    private static Paragraph Size(FileResidency file)
    {
        string exact = Figures.CountOf(file.Bytes, "byte");
        string size = file.Bytes < 1024 ? exact : $"{Figures.Size(file.Bytes, " ")} ({exact})";
        return Line("size").Append($"{size}, {Figures.CountOf(file.Pages, "page")}");
    }

    private static Paragraph Resident(FileResidency file)
    {
        Paragraph line = Line("resident");
        if (file.UnknownReason is { } reason)
        {
            return line.Append("unknown", s_unknown).Append($": {reason}");
        }
        if (Figures.Percent(file) is { } percent)
        {
            line.Append($"{percent} %", s_resident).Append(", ");
        }
        line.Append($"{Figures.Count(file.ResidentPages)} of {Figures.CountOf(file.Pages, "page")}");
        return file.DirtyPages is { } dirty ? line.Append($", {Figures.Count(dirty)} dirty") : line;
    }

    private static Paragraph Line(string label) => Indented().Append(label.PadRight(LabelWidth), s_label);

    private static Paragraph Indented() => new Paragraph().Append(new string(' ', Indent));

    private Paragraph Strip(IReadOnlyList<ResidencySlice> slices)
    {
        Paragraph line = Indented();
        foreach (char cell in ResidencyStrip.Draw(slices, _cells))
        {
            line.Append(cell.ToString(), cell == _cells[0] ? s_absent : s_resident);
        }
        return line;
    }
}
