using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MmapIo.Tool;

/// <summary>The command line: what there is to call, and what the process answers.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        ParseResult parsed = Describe().Parse(args, new ParserConfiguration
        {
            // A file may be called "@data": that is its name, not a list of arguments.
            ResponseFileTokenReplacer = null,
        });
        if (parsed.Action is ParseErrorAction)
        {
            // The errors after the first are mostly its echo.
            return Complaint.WriteUsage(parsed.Errors[0].Message, parsed.CommandResult.Command);
        }
        // An exception that gets here is a defect, and its stack trace is what a report of it needs.
        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    private static RootCommand Describe()
    {
        RootCommand root = new("Looks at what is in memory of files, and changes it.")
        {
            StatCommand.Describe(),
            EvictCommand.Describe(),
            PrefetchCommand.Describe(),
        };
        root.SetAction(parsed => new HelpAction().Invoke(parsed));
        return root;
    }
}
