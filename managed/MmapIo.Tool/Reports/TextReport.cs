using MmapIo.Tool.Files;

namespace MmapIo.Tool.Reports;

/// <summary>
/// One line per file for pipes and files: tabs between the fields, no colours, nothing that depends on a terminal.
/// Scripts read it: fields may be added after the last, but none renamed, moved or left out.
/// </summary>
internal sealed class TextReport(TextWriter output) : IResidencyReport
{
    public const int StripWidth = 64;

    private const string Unknown = "unknown";
    private const string None = "-";

    public int SliceLimit => StripWidth;

    public void Add(FileResidency file)
    {
        bool isKnown = file.UnknownReason is null;
        string percent = isKnown ? Figures.Percent(file) ?? None : Unknown;
        string strip = isKnown ? None : Unknown;
        if (file.Slices.Count != 0)
        {
            strip = ResidencyStrip.Draw(file.Slices, ResidencyStrip.Ascii);
        }
        string line = string.Join(
            '\t',
            Printable.Escape(file.Path),
            $"size={Figures.Size(file.Bytes, "")}",
            $"bytes={Figures.Count(file.Bytes)}",
            $"pages={Figures.Count(file.Pages)}",
            $"resident={Figures.Count(file.ResidentPages) ?? Unknown}",
            $"percent={percent}",
            $"dirty={Figures.Count(file.DirtyPages) ?? Unknown}",
            $"strip={strip}");
        output.Write(isKnown ? $"{line}\n" : $"{line}\treason={file.UnknownReason}\n");
    }

    public void Dispose() => output.Flush();
}
