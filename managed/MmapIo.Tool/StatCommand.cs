using System.CommandLine;
using MmapIo.Tool.Files;
using MmapIo.Tool.Reports;

namespace MmapIo.Tool;

/// <summary>mmapio stat: how much of each file is in memory, and which parts.</summary>
internal static class StatCommand
{
    private const string Description = """
        Shows how much of each file is in memory, and which parts. No file is read for it.

        To a terminal, each file gets a strip: one cell for each slice of the file, the denser the more of it is in
        memory. Into a pipe or a file, each file gets one line of fields that are separated by tabs: its path, then
        size, bytes, pages, resident (pages), percent, dirty (pages) and strip. A cell of that strip is '.' for
        nothing, '#' for everything, and a digit for that many tenths and a bit. A value that the system does not
        tell is 'unknown', and where it tells nothing of the file's pages, a last field says why: reason.

        Exits with 0 if all files could be shown, 1 if some could not, 2 if the arguments make no sense.
        """;

    public static Command Describe() =>
        FileCommand.Describe("stat", Description, "The files to look at.", (paths, json) => FileCommand.Run(
            paths, () => ChooseReport(json), (path, report) => FileResidency.Inspect(path, report.SliceLimit)));

    private static IResidencyReport ChooseReport(bool json)
    {
        if (json)
        {
            return new ResidencyJsonReport(Console.Out);
        }
        return Console.IsOutputRedirected ? new TextReport(Console.Out) : new TerminalReport(Console.Out);
    }
}
