using System.CommandLine;
using MmapIo.Tool.Files;
using MmapIo.Tool.Reports;

namespace MmapIo.Tool;

/// <summary>mmapio prefetch: files into memory.</summary>
internal static class PrefetchCommand
{
    private const string Description = """
        Asks the system to read files into memory, so that whoever reads them next need not wait for the disk. Ends when
        all has been asked for: the last of it may still be on its way.

        Into a pipe or a file, each file gets one line of fields that are separated by tabs: its path, then bytes and
        outcome: 'applied', 'approximated', or 'ignored' where the system has no use for it.

        Exits with 0 if all files could be dealt with, 1 if some could not, 2 if the arguments make no sense.
        """;

    public static Command Describe() =>
        FileCommand.Describe("prefetch", Description, "The files to read into memory.", (paths, json) =>
            FileCommand.Run(paths, () => ChooseReport(json), (path, _) => FilePrefetch.Read(path)));

    private static IReport<FilePrefetch> ChooseReport(bool json) => FileCommand.ChooseReport(
        json, () => new JsonReport<FilePrefetch>(Console.Out, ReportJson.Default.FilePrefetch), Fields,
        file => file.Path, file => $"{Figures.CountOf(file.Bytes, "byte")}, {file.Outcome}");

    private static IEnumerable<string> Fields(FilePrefetch file) =>
        [file.Path, $"bytes={Figures.Count(file.Bytes)}", $"outcome={file.Outcome}"];
}
