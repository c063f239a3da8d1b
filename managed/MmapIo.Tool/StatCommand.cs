using System.CommandLine;
using System.CommandLine.Parsing;
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

    public static Command Describe()
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "The files to look at.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<bool> json = new("--json") { Description = "Write a JSON array with one object per file." };
        Command command = new("stat", Description) { files, json };
        command.SetAction(parsed => MistakenOption(parsed) is { } option
            ? Complaint.WriteUsage($"no such option: {option}", command)
            : Run(parsed.GetRequiredValue(files), parsed.GetValue(json)));
        return command;
    }

    /// <summary>
    /// A mistyped option would be taken for a file. Who has a file of such a name writes it after "--", or as "./-x".
    /// </summary>
    private static string? MistakenOption(ParseResult parsed) => parsed.Tokens
        .TakeWhile(token => token.Type != TokenType.DoubleDash)
        .FirstOrDefault(token => token.Type == TokenType.Argument && token.Value is ['-', _, ..])?.Value;

    private static int Run(string[] paths, bool json)
    {
        try
        {
            // Asked once, ahead of the files: without the native library, none of them is to blame.
            _ = MemoryMap.Capabilities;
        }
        catch (PlatformNotSupportedException e)
        {
            Complaint.Write(e.Message);
            return ExitCode.WrongUsage;
        }
        try
        {
            using IResidencyReport report = ChooseReport(json);
            return ReportAll(paths, report);
        }
        catch (Exception e) when (Complaint.IsExpected(e))
        {
            // What goes wrong with a file is dealt with there; this is a full disk behind a redirection, or the like.
            Complaint.Write("standard output", (e.InnerException ?? e).Message);
            return ExitCode.SomeFailed;
        }
    }

    private static IResidencyReport ChooseReport(bool json)
    {
        if (json)
        {
            return new JsonReport(Console.Out);
        }
        return Console.IsOutputRedirected ? new TextReport(Console.Out) : new TerminalReport(Console.Out);
    }

    private static int ReportAll(string[] paths, IResidencyReport report)
    {
        int exitCode = ExitCode.Success;
        foreach (string path in paths)
        {
            if (TryInspect(path, report.SliceLimit) is { } file)
            {
                report.Add(file);
            }
            else
            {
                exitCode = ExitCode.SomeFailed;
            }
        }
        return exitCode;
    }

    private static FileResidency? TryInspect(string path, int sliceLimit)
    {
        try
        {
            if (FileKinds.WhyUnfit(path) is not { } reason)
            {
                return FileResidency.Inspect(path, sliceLimit);
            }
            Complaint.Write(path, reason);
        }
        catch (Exception e) when (Complaint.IsExpected(e))
        {
            Complaint.Write(path, Complaint.Reason(e, path));
        }
        return null;
    }
}
